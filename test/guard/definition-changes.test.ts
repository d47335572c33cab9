import { fromSnapshot, newVpc, postgres, shardedPostgres, type TierConfig } from '../../lib/definition';
import {
  acceptStages,
  baselineOf,
  compareWithBaseline,
  decodeBaseline,
  encodeBaseline,
  guardStages,
  renderLeftOver,
  type Verdict,
} from '../../lib/guard';
import { MAIN, POSTS, STAGE, stacksOf, TIER, tierOf } from '../support/synthesized-stacks';

const baseline = baselineOf(stacksOf(tierOf()));
const compare = (changes: Partial<TierConfig>) =>
  compareWithBaseline(baseline, stacksOf(tierOf(changes)), { stage: 'prod' });
const verdictsOf = (changes: Partial<TierConfig>): readonly Verdict[] => compare(changes).verdicts;
const shown = (verdicts: readonly Verdict[]): string[] =>
  verdicts.map(({ kind, resource, change }) => `${kind} ${resource}: ${change}`).sort();
const main = (options: Parameters<typeof postgres>[0]): Partial<TierConfig> => ({
  stores: { ...TIER.stores, main: postgres({ ...MAIN, ...options }) },
});
const posts = (options: Partial<Parameters<typeof shardedPostgres>[0]>): Partial<TierConfig> => ({
  stores: { ...TIER.stores, posts: shardedPostgres({ ...POSTS, ...options }) },
});

describe('refused', () => {
  test('a database of another name, which replaces the primary and takes its replica along', () => {
    expect(verdictsOf(main({ database: 'core' }))).toEqual([
      {
        kind: 'replacement',
        stage: 'prod',
        stack: 'shop-prod-main',
        logicalId: 'PostgresPrimaryE59F2C4B',
        type: 'AWS::RDS::DBInstance',
        resource: 'shop-prod-main/Postgres/Primary',
        change: 'DBName main → core',
        property: 'DBName',
        before: 'main',
        after: 'core',
        lost: 'its databases',
        atStake: 'data',
        fate: 'CloudFormation stops half-way, because the old one still has the name that the new one is to get',
        next: 'Take the change of DBName back, or put a new store beside this one and move the data before this one goes.',
      },
      expect.objectContaining({
        kind: 'replacement',
        resource: 'shop-prod-main/Postgres/Replicas/r1',
        property: 'SourceDBInstanceIdentifier',
        change: 'SourceDBInstanceIdentifier names shop-prod-main/Postgres/Primary, which would be replaced',
        lost: 'a server for reads with the connections to it; the data stays with its primary',
        atStake: 'service',
        next: 'Take back what replaces shop-prod-main/Postgres/Primary.',
      }),
    ]);
  });

  test('a snapshot that a database is to start from, that changes, or that is taken out of the definition', () => {
    const from = (name: string) =>
      main({ origin: fromSnapshot(`arn:aws:rds:eu-west-1:111122223333:snapshot:${name}`) })
        .stores as TierConfig['stores'];
    const started = baselineOf(stacksOf(tierOf({ stores: from('first') })));
    const properties = (stores: TierConfig['stores']) =>
      compareWithBaseline(started, stacksOf(tierOf({ stores })), { stage: 'prod' })
        .verdicts.filter(({ logicalId }) => logicalId === 'PostgresPrimaryE59F2C4B')
        .map(({ kind, property }) => `${kind} ${property}`);
    expect(properties(from('first'))).toEqual([]);
    expect(properties(from('second'))).toEqual(['replacement DBSnapshotIdentifier']);
    expect(properties(TIER.stores)).toContain('replacement DBSnapshotIdentifier');
    expect(verdictsOf({ stores: from('first') }).map(({ property }) => property)).toContain('DBSnapshotIdentifier');
  });

  test('a database of another name on the shards, with every server of theirs', () => {
    const verdicts = verdictsOf(posts({ database: 'articles' }));
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['replacement']));
    expect(shown(verdicts)).toEqual(
      ['s0', 's10'].flatMap((shard) => {
        const cluster = `shop-prod-posts-shards-s${shard === 's0' ? 0 : 1}/Shards/${shard}/Cluster`;
        return [
          `replacement ${cluster}/A: DBClusterIdentifier names ${cluster}, which would be replaced`,
          `replacement ${cluster}/B: DBClusterIdentifier names ${cluster}, which would be replaced`,
          `replacement ${cluster}: DatabaseName posts → articles`,
        ];
      }),
    );
  });

  test('a store of another name, which starts empty beside the old one', () => {
    const { main: old, posts: other } = TIER.stores;
    const verdicts = verdictsOf({ stores: { core: old, posts: other } as TierConfig['stores'], services: {} });
    expect(shown(verdicts)).toEqual(
      ['Key', 'Postgres/Owner', 'Postgres/Primary', 'Postgres/Replicas/r1', 'Postgres/Subnets/Default'].map(
        (path) => `moved shop-prod-main/${path}: stack shop-prod-main → shop-prod-core`,
      ),
    );
    expect(verdicts.find(({ resource }) => resource.endsWith('/Primary'))).toMatchObject({
      lost: 'its databases',
      atStake: 'data',
      fate: 'its stack stays as it is, and nothing deploys it or routes to it until somebody deletes it',
      next: expect.stringContaining('Keep the old name'),
    });
  });

  test('a sharded store of another name', () => {
    const { main: other, posts: old } = TIER.stores;
    const verdicts = verdictsOf({ stores: { main: other, articles: old } as TierConfig['stores'], services: {} });
    expect(shown(verdicts)).toContain(
      'moved shop-prod-posts-shards-s0/Shards/s0/Cluster: stack shop-prod-posts-shards-s0 → shop-prod-articles-shards-s0',
    );
    expect(shown(verdicts)).toContain('moved shop-prod-posts/Placement: stack shop-prod-posts → shop-prod-articles');
  });

  test('a store that is gone: its stack stays until somebody deletes it, and the message says how', () => {
    const { posts: other } = TIER.stores;
    const verdicts = verdictsOf({ stores: { posts: other } as TierConfig['stores'], services: {} });
    expect(shown(verdicts)).toContain(
      'deletion shop-prod-main/Postgres/Primary: stack shop-prod-main is no longer synthesized',
    );
    expect(verdicts[0]?.next).toContain('aws cloudformation delete-stack --stack-name shop-prod-main');
  });

  test('a shard that is gone from its stack', () => {
    const before = baselineOf(stacksOf(tierOf(posts({ shards: { s0: {}, s1: {} } }))));
    const { verdicts } = compareWithBaseline(before, stacksOf(tierOf(posts({ shards: { s0: {} } }))), {
      stage: 'prod',
    });
    expect(shown(verdicts)).toEqual(
      ['Cluster', 'Cluster/A', 'Cluster/B', 'Owner']
        .map((path) => `deletion shop-prod-posts-shards-s0/Shards/s1/${path}: its template no longer has it`)
        .sort(),
    );
    expect(verdicts.find(({ resource }) => resource.endsWith('/Cluster'))).toMatchObject({
      lost: 'its databases',
      fate: 'the old one stays, and nothing manages it or routes to it any more',
      next: 'Put it back into the tier file, or move what it holds before you accept.',
    });
  });

  test('another network, which no database can follow', () => {
    const verdicts = verdictsOf({ network: newVpc({ cidr: '10.9.0.0/16' }) });
    expect(shown(verdicts)).toContain('replacement shop-prod-network/Network/Vpc: CidrBlock 10.0.0.0/16 → 10.9.0.0/16');
    expect(verdicts).toHaveLength(4);
  });

  test('what AWS never takes back: an older engine, less storage', () => {
    expect(shown(verdictsOf(main({ storage: { sizeGiB: 50 } })))).toEqual([
      'downgrade shop-prod-main/Postgres/Primary: AllocatedStorage 100 → 50',
    ]);
    const newer = baselineOf(stacksOf(tierOf(main({ version: '17' }))));
    expect(shown(compareWithBaseline(newer, stacksOf(tierOf()), { stage: 'prod' }).verdicts)).toEqual([
      'downgrade shop-prod-main/Postgres/Primary: EngineVersion 17 → 16',
    ]);
  });

  test('a shorter backup', () => {
    expect(verdictsOf(main({ backup: { retentionDays: 7 } }))).toMatchObject([
      {
        kind: 'lostProtection',
        resource: 'shop-prod-main/Postgres/Primary',
        property: 'BackupRetentionPeriod',
        change: 'BackupRetentionPeriod 35 → 7',
        lost: 'the backups older than 7 days: until now any moment of 35 days could be restored',
      },
    ]);
  });

  test('a protected stage that becomes disposable, lock by lock', () => {
    const verdicts = verdictsOf({ stages: { prod: { ...STAGE, profile: 'disposable' } } });
    const lost = new Set(verdicts.filter(({ kind }) => kind === 'lostProtection').map(({ property }) => property));
    for (const property of [
      'BackupRetentionPeriod',
      'DeleteAutomatedBackups',
      'DeletionPolicy',
      'DeletionProtection',
      'DeletionProtectionEnabled',
      'MultiAZ',
      'TerminationProtection',
      'UpdateReplacePolicy',
    ]) {
      expect(lost).toContain(property);
    }
    expect(verdicts).toContainEqual(
      expect.objectContaining({ resource: 'shop-prod-main', change: 'TerminationProtection true → false' }),
    );
  });
});

describe('let through', () => {
  test.each<[string, Partial<TierConfig>]>([
    [
      'another class, more storage, another threshold, a replica more, a newer engine, all at once',
      main({
        class: 'r8g.xlarge',
        storage: { sizeGiB: 200 },
        slowQueryMs: 50,
        version: '17',
        replicas: { r1: { class: 'r8g.2xlarge' }, r2: {} },
      }),
    ],
    ['shards more, in an old stack and in a new one', posts({ shards: { s0: {}, s1: {}, s10: {}, s20: {} } })],
    ['a service gone', { services: {} }],
    [
      'a store and a service more',
      {
        stores: { ...TIER.stores, payments: postgres() },
        services: { ...TIER.services, pay: { uses: { payments: 'write' } } },
      },
    ],
  ])('%s', (_, changes) => {
    expect(verdictsOf(changes)).toEqual([]);
  });

  test('says what is new and what changed without loss, so that a baseline is taken forward', () => {
    const { added, changed } = compare(main({ storage: { sizeGiB: 200 }, replicas: { r1: {}, r2: {} } }));
    expect(added).toEqual(['shop-prod-main/Postgres/Replicas/r2']);
    expect(changed).toEqual(['shop-prod-main/Postgres/Primary']);
  });
});

test('stacks that nothing synthesizes any more are said with how to delete them, until somebody accepts', () => {
  const accept = { tier: 'shop', reason: 'the test', at: '2030-01-02T03:04:05Z' };
  const prod = stacksOf(tierOf());
  const first = acceptStages(undefined, guardStages(undefined, { prod }, 'every stage'), accept);
  const written = decodeBaseline(encodeBaseline(first), 'the test');
  expect(written.stacks?.['prod']).toHaveLength(prod.length);
  expect(guardStages(written, { prod }, 'every stage')).toMatchObject([{ leftOver: [], verdicts: [] }]);

  // Without its alarms and without a store: one stack of each has data, the others none.
  const fewer = { prod: stacksOf(tierOf({ stores: { main: TIER.stores['main'] as never }, services: {} })) };
  const compared = guardStages(written, fewer, 'every stage');
  const text = renderLeftOver(compared, { dim: String });
  const left = [...text.matchAll(/^! (\S+) left over: aws cloudformation delete-stack --stack-name \1$/gm)];
  const names = left.map(([, name]) => name ?? '');
  expect([...names].sort()).toEqual([
    'shop-prod-posts',
    'shop-prod-posts-alarms',
    'shop-prod-posts-alarms-s0',
    'shop-prod-posts-alarms-s1',
    'shop-prod-posts-shards-s0',
    'shop-prod-posts-shards-s1',
  ]);
  expect(names.at(-1)).toBe('shop-prod-posts');

  // Of a stage that is gone all are, and one that was not asked about keeps its own.
  expect(guardStages(written, { dev: [] }, 'every stage')).toMatchObject([
    { stage: 'dev', leftOver: [] },
    { stage: 'prod', leftOver: expect.arrayContaining(prod.map(({ name }) => name)) },
  ]);
  const accepted = acceptStages(written, compared, accept);
  expect(guardStages(accepted, fewer, 'every stage')).toMatchObject([{ leftOver: [] }]);
  // A baseline of before it was kept knows of none.
  const older = decodeBaseline(encodeBaseline({ ...written, stacks: undefined as never }), 'the test');
  expect(guardStages(older, fewer, 'every stage')).toMatchObject([{ leftOver: [] }]);
});
