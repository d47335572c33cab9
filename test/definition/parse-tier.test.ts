import {
  existingGroup,
  hash,
  iam,
  lambda,
  parseTier,
  password,
  postgres,
  rdsProxy,
  shardedPostgres,
  type TierDefinition,
} from '../../lib/definition';
import { inRegion } from '../../lib/definition/regions/tier-in-region';
import { isPolystoreError } from '../../lib/errors';
import tierConfig from '../../tier.config';
import { faultsOf, minimalTier, refusalOf, withMain, withPosts } from './minimal-tier';

function isFrozenThrough(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozenThrough))
  );
}

const mainOf = (tier: TierDefinition) => {
  const store = tier.stores['main'];
  if (store?.kind !== 'postgres') throw new Error('expected a store of PostgreSQL');
  return store;
};

const postsOf = (tier: TierDefinition) => {
  const store = tier.stores['posts'];
  if (store?.kind !== 'shardedPostgres') throw new Error('expected a sharded store');
  return store;
};

describe('parseTier', () => {
  test('fills in every default of a disposable stage', () => {
    const stores = { 'my-main': postgres(), posts: shardedPostgres({ shardKey: 'user_id', shards: 1 }) };
    expect(parseTier(minimalTier({ stores }))).toEqual({
      name: 'shop',
      stage: { name: 'dev', profile: 'disposable', zones: { count: 2 } },
      network: { kind: 'newVpc', cidr: '10.0.0.0/16' },
      stores: {
        'my-main': {
          kind: 'postgres',
          name: 'my-main',
          version: '17',
          class: 't4g.micro',
          storage: { sizeGiB: 20, maxSizeGiB: 80, type: 'gp3' },
          replicas: [],
          database: 'my_main',
          maxConnections: 95,
          slowQueryMs: 1000,
          backup: { retentionDays: 1, window: '02:00-03:00' },
          maintenance: { window: 'sun:04:00-sun:05:00' },
        },
        posts: {
          kind: 'shardedPostgres',
          name: 'posts',
          version: '17',
          shardKey: { column: 'user_id', type: 'bigint' },
          strategy: hash(),
          shards: [
            {
              name: 's0',
              class: 'serverless',
              acu: { minAcu: 0, maxAcu: 4, autoPauseAfterSeconds: 300 },
              readers: { min: 0 },
              weight: 1,
              state: 'active',
            },
          ],
          database: 'posts',
          maxConnections: 823,
          slowQueryMs: 1000,
          storageType: 'standard',
          logicalReplication: false,
          backup: { retentionDays: 1, window: '02:00-03:00' },
          maintenance: { window: 'sun:04:00-sun:05:00' },
        },
      },
      services: {},
    });
  });

  test('fills in what a protected stage has otherwise', () => {
    const tier = parseTier(
      withMain({}, { stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } } }),
    );
    expect(tier.stage).toEqual({
      name: 'prod',
      profile: 'protected',
      zones: { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
    });
    expect(tier.stores['main']).toMatchObject({
      class: 'r8g.large',
      storage: { sizeGiB: 100, maxSizeGiB: 400 },
      maxConnections: 1532,
      backup: { retentionDays: 35 },
    });
  });

  test('keeps what is written', () => {
    const written = {
      version: '16',
      class: 'r8g.large',
      storage: { sizeGiB: 400, maxSizeGiB: 500, type: 'io1', iops: 2000 },
      replicas: { near: {}, far: { class: 'r8g.xlarge' } },
      database: 'shop',
      maxConnections: 200,
      slowQueryMs: 0,
      backup: { retentionDays: 7, window: '22:00-23:00' },
      maintenance: { window: 'sat:05:00-sat:06:00' },
      pooling: {
        kind: 'rdsProxy',
        idleClientTimeoutSeconds: 60,
        maxConnectionsPercent: 50,
        maxIdleConnectionsPercent: 0,
        borrowTimeoutSeconds: 5,
        reads: 'direct',
      },
    };
    expect(parseTier(withMain(written, { services: { web: { uses: { main: 'read' } } } })).stores['main']).toEqual({
      kind: 'postgres',
      name: 'main',
      ...written,
      replicas: [
        { name: 'near', class: 'r8g.large' },
        { name: 'far', class: 'r8g.xlarge' },
      ],
    });
  });

  test('reads the first stage unless another is asked for', () => {
    expect(parseTier(tierConfig).stage.name).toBe('dev');
    expect(parseTier(tierConfig, { stage: 'prod' }).stage).toEqual({
      name: 'prod',
      profile: 'protected',
      env: { account: '111122223333', region: 'eu-west-1' },
      zones: { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
    });
  });

  test('refuses a stage that the definition does not have', () => {
    expect(faultsOf(tierConfig, { stage: 'pord' })).toEqual([
      { path: 'stages', message: 'no stage "pord", did you mean "prod"?' },
    ]);
    expect(faultsOf(tierConfig, { stage: 'constructor' })).toEqual([
      { path: 'stages', message: 'no stage "constructor", allowed: dev, prod' },
    ]);
  });

  test('judges every stage, not only the one that is read', () => {
    const stages = {
      dev: { profile: 'disposable' },
      prod: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        stores: { main: { class: 'x' } },
      },
    };
    expect(faultsOf(withMain({}, { stages }), { stage: 'dev' }).map(({ path }) => path)).toEqual([
      'stages.prod.stores.main.class',
    ]);
  });

  test('sizes max_connections to the smallest class of a store', () => {
    const primary = { class: 'r8g.xlarge' };
    expect(mainOf(parseTier(withMain({ ...primary, replicas: 2 }))).maxConnections).toBe(3064);
    const small = { r1: {}, r2: { class: 't4g.small' } };
    expect(mainOf(parseTier(withMain({ ...primary, replicas: small }))).maxConnections).toBe(191);
    const shards = { s0: { class: 'r8g.large' }, s1: {} };
    expect(postsOf(parseTier(withPosts({ shards }))).maxConnections).toBe(823);
  });

  test('gives a replica the class of the primary in the stage that is read', () => {
    const stages = {
      dev: { profile: 'disposable' },
      prod: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        stores: { main: { class: 'r8g.xlarge' } },
      },
    };
    const input = withMain({ class: 't4g.large', replicas: 1 }, { stages });
    expect(mainOf(parseTier(input)).replicas).toEqual([{ name: 'r1', class: 't4g.large' }]);
    expect(mainOf(parseTier(input, { stage: 'prod' })).replicas).toEqual([{ name: 'r1', class: 'r8g.xlarge' }]);
  });

  test('lets storage grow fourfold, as far as AWS goes', () => {
    const limitOf = (sizeGiB: number) => mainOf(parseTier(withMain({ storage: { sizeGiB } }))).storage.maxSizeGiB;
    expect(limitOf(100)).toBe(400);
    expect(limitOf(30_000)).toBe(65_536);
    // Less than a tenth would be left, which AWS refuses as a limit.
    expect(limitOf(60_000)).toBe(60_000);
    expect(limitOf(65_536)).toBe(65_536);
  });

  test('reads a shard key that is not a bigint', () => {
    const shardKey = { column: 'tenant', type: 'uuid' };
    expect(postsOf(parseTier(withPosts({ shardKey }))).shardKey).toEqual(shardKey);
  });

  test('resolves servers and readers of each shard: its own word, the stage’s, the store’s, the profile’s', () => {
    const range = { kind: 'serverless', minAcu: 1, maxAcu: 8 };
    const shards = { s0: {}, s1: { class: 'r8g.large', readers: { kind: 'autoscaled', min: 2, max: 5 } } };
    const stages = {
      prod: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        stores: { posts: { capacity: range } },
      },
    };
    const posts = postsOf(parseTier(withPosts({ class: 'r8g.xlarge', shards }, { stages })));
    expect(posts.shards).toMatchObject([
      { class: 'serverless', acu: { minAcu: 1, maxAcu: 8 }, readers: { min: 1 } },
      { class: 'r8g.large', readers: { min: 2, autoscaling: { max: 5, cpuPercent: 60 } } },
    ]);
    expect(posts.maxConnections).toBe(1532);
    const backToClass = {
      prod: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        stores: { posts: { class: 'r8g.xlarge' } },
      },
    };
    expect(postsOf(parseTier(withPosts({ capacity: range }, { stages: backToClass }))).shards[0]?.class).toBe(
      'r8g.xlarge',
    );
  });

  test('lets shards pause in a disposable stage, unless a proxy would keep them awake, and replicates logically where none pauses', () => {
    const pausing = { minAcu: 0, maxAcu: 4, autoPauseAfterSeconds: 300 };
    const pooled = { pooling: { kind: 'rdsProxy' } };
    const services = { web: { uses: { posts: 'write' } } };
    const stages = { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } };
    const told = (options: object, parts: Readonly<Record<string, unknown>> = {}) => {
      const { shards, logicalReplication } = postsOf(parseTier(withPosts(options, parts)));
      return [...new Set(shards.map(({ class: name, acu }) => acu ?? name)), logicalReplication];
    };
    expect(told({})).toEqual([pausing, pausing, false]);
    expect(told(pooled, { services })).toMatchObject([{ minAcu: 0.5, maxAcu: 4 }, { minAcu: 0.5 }, true]);
    expect(told({ shards: { s0: {}, s1: { class: 'r8g.large' } } })).toEqual([pausing, 'r8g.large', false]);
    expect(told({ class: 't4g.medium' })).toEqual(['t4g.medium', true]);
    expect(told({}, { stages })).toEqual(['r8g.large', true]);
    expect(
      told({ capacity: { kind: 'serverless', minAcu: 0, maxAcu: 1, autoPauseAfterSeconds: 900 }, shards: 1 }),
    ).toEqual([{ minAcu: 0, maxAcu: 1, autoPauseAfterSeconds: 900 }, false]);
  });

  describe('with replicas in another region', () => {
    const env = { account: '111122223333', region: 'eu-west-1' };
    const key = { kind: 'existingKey', arn: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd' };
    const zones = ['eu-central-1a', 'eu-central-1b'];
    const network = { kind: 'newVpc', cidr: '10.1.0.0/16' };
    const regions = { 'eu-central-1': { network, zones, encryptionKey: key } };
    const tier = parseTier(
      minimalTier({
        stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'], env, regions } },
        stores: {
          main: { kind: 'postgres', replicas: { r1: {}, eu: { region: 'eu-central-1', class: 'r8g.xlarge' } } },
          other: { kind: 'postgres' },
        },
        services: { web: { uses: { main: 'write', other: 'read' } }, jobs: { uses: { other: 'read' } } },
      }),
    );

    test('keeps them apart from those beside the primary, and sizes max_connections to all', () => {
      expect(mainOf(tier)).toMatchObject({
        replicas: [{ name: 'r1', class: 'r8g.large' }],
        elsewhere: [{ name: 'eu', class: 'r8g.xlarge', region: 'eu-central-1' }],
        maxConnections: 1532,
      });
      expect(tier.stage.regions).toEqual({
        'eu-central-1': {
          network: { kind: 'newVpc', cidr: '10.1.0.0/16' },
          zones: { names: zones },
          encryptionKeyArn: key.arn,
        },
      });
    });

    test('shows what the tier has there, as a definition of its own', () => {
      const there = inRegion(tier, 'eu-central-1');
      expect(there.stage).toEqual({
        name: 'prod',
        profile: 'protected',
        env: { account: '111122223333', region: 'eu-central-1' },
        zones: { names: zones },
        awayFrom: 'eu-west-1',
      });
      expect(there.network).toEqual({ kind: 'newVpc', cidr: '10.1.0.0/16' });
      expect(Object.keys(there.stores)).toEqual(['main']);
      expect(mainOf(there)).toEqual({
        ...mainOf(tier),
        replicas: [{ name: 'eu', class: 'r8g.xlarge' }],
        elsewhere: undefined,
        encryptionKeyArn: key.arn,
      });
      expect(Object.values(there.services).map(({ name, uses }) => [name, uses])).toEqual([['web', { main: 'write' }]]);
    });
  });

  test('fills in what a proxy does by default', () => {
    expect(
      mainOf(
        parseTier(
          withMain(
            { pooling: rdsProxy({ maxConnectionsPercent: 61 }) },
            { services: { web: { uses: { main: 'read' } } } },
          ),
        ),
      ).pooling,
    ).toEqual({
      kind: 'rdsProxy',
      idleClientTimeoutSeconds: 1800,
      maxConnectionsPercent: 61,
      maxIdleConnectionsPercent: 30,
      borrowTimeoutSeconds: 120,
      reads: 'direct',
    });
  });

  test('reads shards with their weight, state and class', () => {
    const shards = { s0: { weight: 3 }, s7: { state: 'draining', class: 'r8g.large' } };
    expect(postsOf(parseTier(withPosts({ shards, class: 't4g.medium' }))).shards).toEqual([
      { name: 's0', class: 't4g.medium', readers: { min: 0 }, weight: 3, state: 'active' },
      { name: 's7', class: 'r8g.large', readers: { min: 0 }, weight: 1, state: 'draining' },
    ]);
  });

  test('reads services with what they use', () => {
    const services = { web: { uses: { main: 'write' } }, report: { uses: { main: 'read' } }, idle: { uses: {} } };
    const plain = { principals: [], authentication: 'password', connections: { processes: 1, poolMax: 10 } };
    expect(parseTier(minimalTier({ services })).services).toEqual({
      web: { name: 'web', uses: { main: 'write' }, ...plain },
      report: { name: 'report', uses: { main: 'read' }, ...plain },
      idle: { name: 'idle', uses: {}, ...plain },
    });
  });

  test('reads how a service runs and logs in, each option as the stage has it', () => {
    const env = { account: '111122223333', region: 'eu-west-1' };
    const here = { principal: 'arn:aws:iam::111122223333:role/web', client: existingGroup('sg-0a1b2c3d') };
    const there = ['arn:aws:iam::444455556666:role/web', 'arn:aws:iam::444455556666:root'];
    const services = { web: { uses: { main: 'write' }, authentication: iam(), ...here } };
    const client = (account: string) => ({ client: existingGroup('sg-1a1b2c3d', { account }) });
    const webOf = (web: object) =>
      parseTier(minimalTier({ services, stages: { dev: { profile: 'disposable', env, services: { web } } } })).services;
    const base = { name: 'web', uses: { main: 'write' }, connections: { processes: 1, poolMax: 10 } };
    expect(webOf({})).toEqual({
      web: { ...base, principals: [here.principal], client: { groupId: 'sg-0a1b2c3d' }, authentication: 'iam' },
    });
    expect(webOf({ principal: there, authentication: password(), ...client('444455556666') })).toEqual({
      web: {
        ...base,
        principals: there,
        client: { groupId: 'sg-1a1b2c3d', account: '444455556666' },
        authentication: 'password',
      },
    });
    expect(webOf({ connections: { processes: 4 } })['web']?.connections).toEqual({ processes: 4, poolMax: 10 });
    expect(webOf({ connections: lambda({ concurrency: 30 }) })['web']?.connections).toEqual({
      processes: 30,
      poolMax: 2,
    });
    // The stage's own account is not another one.
    expect(webOf(client(env.account))['web']?.client).toEqual({ groupId: 'sg-1a1b2c3d' });
  });

  test('refuses stages and stores whose names are the same once they are joined', () => {
    const stages = { dev: { profile: 'disposable' }, 'dev-x': { profile: 'disposable' } };
    const stores = { 'x-y': { kind: 'postgres' }, y: { kind: 'postgres' } };
    expect(faultsOf(minimalTier({ stages, stores })).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'stores.y: the identifier shop-dev-x-y-primary would also be one of stores.x-y in stage dev, since names are joined by dashes: rename one',
      'stores.y: the stack shop-dev-x-y would also be one of stores.x-y in stage dev, since names are joined by dashes: rename one',
    ]);
  });

  test('returns a value that nobody can change, and leaves its input as it was', () => {
    const input = structuredClone(tierConfig);
    const tier = parseTier(input);
    expect(isFrozenThrough(tier)).toBe(true);
    expect(input).toEqual(tierConfig);
    expect(Object.isFrozen(input.stores.main)).toBe(false);
  });

  test('throws one error that is ready to print, without a stack of ours in its message', () => {
    const error = refusalOf(minimalTier({ name: 'Shop', stage: {} }));
    expect(isPolystoreError(error, 'CONFIG_INVALID')).toBe(true);
    expect(error.retryable).toBe(false);
    expect(error.message).not.toMatch(/^\s+at /m);
    expect(error.message).toMatchInlineSnapshot(`
     "name
       got "Shop", allowed: lower-case letters, digits and single dashes, starting with a letter and not ending with a dash, at most 20 characters
     stage
       unknown option, did you mean "stages"? (stages by name)
     2 faults. Nothing synthesized."
    `);
  });
});

describe('the overrides of a stage', () => {
  const read = (base: object, overrides: object) =>
    mainOf(parseTier(withMain(base, { stages: { dev: { profile: 'disposable', stores: { main: overrides } } } })));

  test('come before the defaults of the profile', () => {
    expect(read({}, { class: 'r8g.large' }).maxConnections).toBe(1532);
    expect(read({}, { storage: { sizeGiB: 50 } }).storage).toEqual({ sizeGiB: 50, maxSizeGiB: 200, type: 'gp3' });
  });

  test('change storage and backups field by field', () => {
    const base = { storage: { sizeGiB: 50, maxSizeGiB: 500 }, backup: { retentionDays: 3 } };
    expect(read(base, { storage: { sizeGiB: 60 } }).storage).toEqual({ sizeGiB: 60, maxSizeGiB: 500, type: 'gp3' });
    expect(read(base, { storage: { maxSizeGiB: 600 } }).storage).toEqual({ sizeGiB: 50, maxSizeGiB: 600, type: 'gp3' });
    expect(read(base, { storage: {} })).toMatchObject(base);
  });

  test('replace replicas as a whole', () => {
    const names = (base: object, overrides: object) => read(base, overrides).replicas.map(({ name }) => name);
    expect(names({ replicas: 3 }, { replicas: { near: {} } })).toEqual(['near']);
    expect(names({ replicas: { near: {}, far: {} } }, { replicas: 0 })).toEqual([]);
    expect(names({ replicas: { near: {} } }, { class: 'r8g.large' })).toEqual(['near']);
  });

  test('are blamed for a fault only where they wrote it', () => {
    const input = withMain(
      { storage: { sizeGiB: 50 } },
      { stages: { dev: { profile: 'disposable', stores: { main: { storage: { maxSizeGiB: 40 } } } } } },
    );
    expect(faultsOf(input).map(({ path }) => path)).toEqual(['stages.dev.stores.main.storage.maxSizeGiB']);
    const other = withMain(
      { storage: { maxSizeGiB: 50 } },
      { stages: { dev: { profile: 'disposable', stores: { main: { storage: { sizeGiB: 60 } } } } } },
    );
    expect(faultsOf(other).map(({ path }) => path)).toEqual(['stores.main.storage.maxSizeGiB']);
  });
});
