import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTier, postgres, shardedPostgres, type TierConfig, type TierDefinition } from '../../lib/definition';
import { readSynthesizedStacks, type SynthesizedStack, type TemplateResource } from '../../lib/guard';
import { synthesizeTier } from '../../lib/stacks';
import { madeOnce } from './made-once';
import { plainApp } from './plain-app';

export const STAGE = {
  profile: 'protected',
  env: { account: '111122223333', region: 'eu-west-1' },
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
} as const;

export const MAIN = { version: '16', replicas: { r1: {} }, storage: { sizeGiB: 100 } } as const;
export const POSTS = { shardKey: 'user_id', shards: { s0: {}, s10: {} } } as const;

/** A tier with both kinds of store, small enough to be synthesized often: what a test changes is judged against it. */
export const TIER: TierConfig = {
  name: 'shop',
  stages: { prod: STAGE },
  stores: { main: postgres(MAIN), posts: shardedPostgres(POSTS) },
  services: { web: { uses: { main: 'write', posts: 'read' } } },
};

export const tierOf = (changes: Partial<TierConfig> = {}): TierDefinition => parseTier({ ...TIER, ...changes });

/** The stacks of a tier as they are read from the disk, without the checks of createTierApp. Synthesized by the first suite that asks for them. */
export const stacksOf = (definition: TierDefinition): readonly SynthesizedStack[] =>
  madeOnce('stacks', definition, synthesizedNow);

function synthesizedNow(definition: TierDefinition): readonly SynthesizedStack[] {
  const outdir = mkdtempSync(join(tmpdir(), 'polystore-stacks-'));
  try {
    const app = plainApp({ outdir });
    synthesizeTier(app, definition);
    app.synth();
    return readSynthesizedStacks(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The same stacks with one resource changed; `undefined` takes it out. Others stay the objects that they were. */
export function withResource(
  stacks: readonly SynthesizedStack[],
  stack: string,
  logicalId: string,
  change: (resource: TemplateResource) => TemplateResource | undefined,
): readonly SynthesizedStack[] {
  return stacks.map((candidate) => {
    const resource = candidate.resources[logicalId];
    if (candidate.name !== stack || resource === undefined) return candidate;
    const others = Object.entries(candidate.resources).filter(([id]) => id !== logicalId);
    const changed = change(resource);
    const resources = Object.fromEntries(changed === undefined ? others : [...others, [logicalId, changed]]);
    return { ...candidate, resources };
  });
}

/** The same stacks with some properties of one resource changed. */
export const withProperties = (
  stacks: readonly SynthesizedStack[],
  stack: string,
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
): readonly SynthesizedStack[] =>
  withResource(stacks, stack, logicalId, (resource) => ({
    ...resource,
    Properties: { ...resource.Properties, ...properties },
  }));
