import {
  clusterMode,
  parseTier,
  replicationGroup,
  serverlessCache,
  valkey,
  type ValkeyOptions,
} from '../../lib/definition';
import { effectOf } from '../../lib/diff/update-effect';
import { baselineOf, compareWithBaseline } from '../../lib/guard';
import { stacksOf } from '../support/synthesized-stacks';

const NODES: ValkeyOptions = { class: 'r7g.large', shape: replicationGroup({ replicas: 1 }) };
const SHARDS: ValkeyOptions = { class: 'r7g.large', shape: clusterMode({ shards: 3, replicas: 1 }) };
const SERVERLESS: ValkeyOptions = { shape: serverlessCache({ dataGb: { max: 10 } }) };

const stacksWith = (cache: ValkeyOptions) =>
  stacksOf(
    parseTier({
      name: 'shop',
      stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
      stores: { cache: valkey(cache) },
      services: { web: { uses: { cache: 'write' } } },
    }),
  );
const baselines = new Map([NODES, SHARDS, SERVERLESS].map((options) => [options, baselineOf(stacksWith(options))]));

/** What the guard refuses of a change. */
function refused(before: ValkeyOptions, after: ValkeyOptions): readonly string[] {
  const baseline = baselines.get(before);
  if (baseline === undefined) throw new Error('no baseline of it');
  return compareWithBaseline(baseline, stacksWith(after), { stage: 'prod' }).verdicts.map(
    ({ kind, resource, change }) => `${kind} ${resource}: ${change}`,
  );
}

test.each<[string, ValkeyOptions, ValkeyOptions]>([
  ['another node type', NODES, { ...NODES, class: 'r7g.xlarge' }],
  ['another node type of shards', SHARDS, { ...SHARDS, class: 'm7g.large' }],
  ['more replicas of one primary', NODES, { ...NODES, shape: replicationGroup({ replicas: 3 }) }],
  ['more shards', SHARDS, { ...SHARDS, shape: clusterMode({ shards: 5, replicas: 1 }) }],
  ['fewer shards', SHARDS, { ...SHARDS, shape: clusterMode({ shards: 2, replicas: 1 }) }],
  ['another limit of one that grows by itself', SERVERLESS, { shape: serverlessCache({ dataGb: { max: 20 } }) }],
  [
    'another eviction, and longer snapshots',
    NODES,
    { ...NODES, eviction: 'allkeys-lru', backup: { retentionDays: 14 } },
  ],
])('%s is an update in place', (_, before, after) => {
  expect(refused(before, after)).toEqual([]);
});

test('shards come and go in place only because the template asks for it', () => {
  const policies = stacksWith(SHARDS).flatMap(({ resources }) =>
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::ElastiCache::ReplicationGroup')
      .map((resource) => (resource as { readonly UpdatePolicy?: unknown }).UpdatePolicy),
  );
  expect(policies).toEqual([{ UseOnlineResharding: true }]);
});

test('another number of replicas of shards is refused: CloudFormation makes another cache, whose name is taken', () => {
  const after = { ...SHARDS, shape: clusterMode({ shards: 3, replicas: 2 }) };
  expect(refused(SHARDS, after)).toEqual(['replacement shop-prod-cache/Valkey: ReplicasPerNodeGroup 1 → 2']);
  const [verdict] = compareWithBaseline(baselines.get(SHARDS) ?? {}, stacksWith(after), {
    stage: 'prod',
  }).verdicts;
  expect(verdict).toMatchObject({ fate: expect.stringContaining('still has the name') as string, atStake: 'data' });
  expect(effectOf('AWS::ElastiCache::ReplicationGroup', 'ReplicasPerNodeGroup', 1, 2)).toBe('replaced');
});

test('another shape, and nodes with disks of their own, are refused', () => {
  expect(refused(NODES, SHARDS)).toEqual(['replacement shop-prod-cache/Valkey: ReplicasPerNodeGroup nothing → 1']);
  expect(refused(NODES, SERVERLESS).join()).toMatch(/deletion|moved|Type/);
  expect(refused(NODES, { ...NODES, class: 'r6gd.xlarge' })).toEqual([
    'replacement shop-prod-cache/Valkey: DataTieringEnabled nothing → true',
  ]);
});

test('a baseline of before, which kept the number of shards, refuses no other number', () => {
  const kept = structuredClone(baselines.get(SHARDS) ?? {});
  const caches = Object.values(kept).flatMap(({ resources }) =>
    Object.values(resources).filter(({ type }) => type === 'AWS::ElastiCache::ReplicationGroup'),
  );
  expect(caches).toHaveLength(1);
  for (const cache of caches) Object.assign(cache.createOnly, { NumNodeGroups: '3' });
  const now = stacksWith({ ...SHARDS, shape: clusterMode({ shards: 4, replicas: 1 }) });
  expect(compareWithBaseline(kept, now, { stage: 'prod' }).verdicts).toEqual([]);
});
