import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { context as featureFlags } from '../../cdk.json';
import { newVpc, parseTier, type StoreConfig, type TierConfig } from '../../lib/definition';
import { diffStage, type StageDiff } from '../../lib/diff';
import { readSynthesizedStacks, type SynthesizedStack, type Verdict } from '../../lib/guard';
import { synthesizeTier } from '../../lib/stacks';
import { WITHOUT_STACK_TRACES } from '../../lib/stacks/stack-traces';
import { AWAY, STORE_CHANGES, type StoreChange } from './changes-of-stores';
import { TIER_CHANGES, type TierChange } from './changes-of-tiers';

/** What a deployment makes of a changed option, as far as the guard and the diff know: from the mildest on. */
const EFFECTS = [
  'nothing',
  'waits for a reboot',
  'interrupts',
  'protects less',
  'refused by AWS',
  'removes servers',
  'replaces servers',
  'takes the network away',
  'deletes data',
  'replaced, empty',
] as const;

export type Effect = (typeof EFFECTS)[number];

/** What becomes of a change, and of taking it back. */
export interface MeasuredChange {
  readonly there: Effect;
  readonly back: Effect;
}

/** Changes by the kind, function or type that has the option, and by option. */
export type Changes<C> = Readonly<Record<string, Readonly<Record<string, C>>>>;

/** What became of changes that were tried: by whose option it is, and by option. */
export type Measured = Changes<MeasuredChange>;

const STAGE: TierConfig['stages'][string] = {
  profile: 'protected',
  env: { account: '111122223333', region: 'eu-west-1' },
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  regions: {
    [AWAY]: {
      network: newVpc({ cidr: '10.1.0.0/16' }),
      zones: [`${AWAY}a`, `${AWAY}b`, `${AWAY}c`],
    },
  },
};

/** What every region that the stage names must have, and no change is tried of. */
const AWAY_STORE = { away: { kind: 'postgres', replicas: { r1: { region: AWAY } } } } as const;

/** Stores that fit into one tier with a service that uses them all. */
const STORES_A_TIER = 40;

/** Tries every change, each in a store of its own. In the order of the changes. */
export function measureStoreChanges(changes: readonly StoreChange[]): readonly MeasuredChange[] {
  if (changes.length <= STORES_A_TIER) return measureInOneTier(changes);
  const [first, others] = [changes.slice(0, STORES_A_TIER), changes.slice(STORES_A_TIER)];
  return [...measureInOneTier(first), ...measureStoreChanges(others)];
}

function measureInOneTier(changes: readonly StoreChange[]): readonly MeasuredChange[] {
  const named = changes.map((change, index) => [`c${String(index).padStart(3, '0')}`, change] as const);
  const tier = (side: 0 | 1): TierConfig => ({
    name: 'doc',
    stages: { prod: STAGE },
    stores: {
      ...AWAY_STORE,
      ...Object.fromEntries(named.map(([name, change]): [string, StoreConfig] => [name, change[side]])),
    },
    services: { web: { uses: Object.fromEntries(named.map(([name]) => [name, 'read'])) } },
  });
  const [before, after] = [stacksOf(tier(0)), stacksOf(tier(1))];
  const [there, back] = [diff(before, after), diff(after, before)];
  return named.map(([name]) => ({ there: effectOn(there, name), back: effectOn(back, name) }));
}

/** Tries one change of a tier on everything that it has. */
export function measureTierChange([before, after]: TierChange): MeasuredChange {
  const [old, now] = [known(before), known(after)];
  return { there: effectOn(diff(old, now)), back: effectOn(diff(now, old)) };
}

const stacksByTier = new Map<string, readonly SynthesizedStack[]>();

/** Most changes are of the same tier. */
function known(config: TierConfig): readonly SynthesizedStack[] {
  const key = JSON.stringify(config);
  const stacks = stacksByTier.get(key) ?? stacksOf(config);
  stacksByTier.set(key, stacks);
  return stacks;
}

/** Tries every change that the page tells of. */
export function measureEverything(): Measured {
  const stores = entriesOf(STORE_CHANGES);
  const ofStores = measureStoreChanges(stores.map(({ change }) => change));
  return tableOf([
    ...stores.map((entry, index) => ({ ...entry, change: ofStores[index] as MeasuredChange })),
    ...entriesOf(TIER_CHANGES).map((entry) => ({ ...entry, change: measureTierChange(entry.change) })),
  ]);
}

interface Entry<C> {
  readonly owner: string;
  readonly option: string;
  readonly change: C;
}

const entriesOf = <C>(changes: Changes<C>): readonly Entry<C>[] =>
  Object.entries(changes).flatMap(([owner, options]) =>
    Object.entries(options).map(([option, change]) => ({ owner, option, change })),
  );

const tableOf = <C>(entries: readonly Entry<C>[]): Changes<C> =>
  Object.fromEntries(
    [...new Set(entries.map(({ owner }) => owner))].map((owner) => [
      owner,
      Object.fromEntries(
        entries.filter((entry) => entry.owner === owner).map(({ option, change }) => [option, change]),
      ),
    ]),
  );

const diff = (before: readonly SynthesizedStack[], after: readonly SynthesizedStack[]): StageDiff =>
  diffStage('prod', { stacks: before }, { stacks: after });

function stacksOf(config: TierConfig): readonly SynthesizedStack[] {
  const outdir = mkdtempSync(join(tmpdir(), 'polystore-definition-'));
  try {
    // Without what holds templates against rules, and without copies of functions: neither is in a difference.
    const app = new App({
      context: { ...WITHOUT_STACK_TRACES, [DISABLE_ASSET_STAGING_CONTEXT]: true },
      postCliContext: featureFlags,
      treeMetadata: false,
      outdir,
    });
    synthesizeTier(app, parseTier(config, { stage: 'prod' }));
    app.synth();
    return readSynthesizedStacks(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The worst that happens to a store, or to anything. */
function effectOn({ losses, parts }: StageDiff, store?: string): Effect {
  const isOf = (stack: string): boolean => store === undefined || stack.split('-').includes(store);
  const lost = losses.filter(({ stack }) => isOf(stack)).map(effectOfLoss);
  const changed = parts
    .flatMap(({ changes }) => changes)
    .filter(({ stack }) => isOf(stack))
    .flatMap(({ properties }) => properties)
    .flatMap(({ effect }): readonly Effect[] =>
      effect === 'interrupted' ? ['interrupts'] : effect === 'waits for a reboot' ? [effect] : [],
    );
  return EFFECTS.findLast((effect) => [...lost, ...changed].includes(effect)) ?? 'nothing';
}

function effectOfLoss({ kind, atStake, type }: Verdict): Effect {
  if (type.startsWith('AWS::EC2::')) return 'takes the network away';
  switch (kind) {
    case 'replacement':
    case 'moved':
      return atStake === 'data' ? 'replaced, empty' : 'replaces servers';
    case 'deletion':
      return atStake === 'data' ? 'deletes data' : 'removes servers';
    case 'downgrade':
      return 'refused by AWS';
    case 'lostProtection':
      return 'protects less';
  }
}
