import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { clusterMode, parseTier, serverlessCache, valkey, type TierDefinition } from '../../lib/definition';
import { createTierApp, summarize } from '../../lib/stacks';
import { asTemplate, resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

const tierOf = (profile: 'disposable' | 'protected'): TierDefinition =>
  parseTier({
    name: 'fast',
    stages: { live: { profile } },
    stores: {
      sessions: valkey(),
      feeds: valkey({ engine: 'redis', shape: clusterMode({ shards: 3 }), eviction: 'allkeys-lfu', slowCommandMs: 5 }),
      pages: valkey({ shape: serverlessCache({ dataGb: { min: 1, max: 10 }, ecpuPerSecond: { max: 5000 } }) }),
      tiered: valkey({ class: 'r6gd.xlarge' }),
    },
    services: {
      web: { uses: { sessions: 'write', feeds: 'read', pages: 'write' } },
      jobs: { uses: { pages: 'read' } },
    },
  });

const templates = { disposable: templatesOf(tierOf('disposable')), protected: templatesOf(tierOf('protected')) };
type Profile = keyof typeof templates;
const stackOf = (profile: Profile, store: string) => asTemplate(templates[profile][store] as TemplateJson);

test.each(['disposable', 'protected'] as const)('a %s tier of caches has no finding of any policy', (profile) => {
  const outdir = mkdtempSync(join(tmpdir(), 'polystore-valkey-'));
  try {
    expect(summarize(createTierApp({ definition: tierOf(profile), outdir }).synth()).findings).toEqual([]);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
void [Match, resourcesOf, stackOf];
