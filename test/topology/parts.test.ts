import fc from 'fast-check';
import { isPolystoreError } from '../../lib/errors';
import { assembleTopology, TOPOLOGY_VERSION, type PartDocument, type TopologyPart } from '../../lib/topology';

const version = TOPOLOGY_VERSION;
const server = (name: string, host: string) => ({ name, endpoint: { host, port: 5432, via: 'direct' as const } });

const PARTS: readonly TopologyPart[] = [
  {
    part: 'tier',
    version,
    tier: 'blog',
    stage: 'prod',
    world: 'aws',
    trust: { kind: 'rds', bundlePath: '/bundle.pem' },
    stores: { main: [], posts: ['s0', 's1'] },
    services: { users: { uses: { main: 'write' } }, posts: { uses: { posts: 'write', main: 'read' } } },
  },
  {
    part: 'store',
    version,
    store: 'main',
    topology: {
      kind: 'postgres',
      engine: 'postgres',
      database: 'main',
      primary: server('primary', 'primary.example'),
      replicas: [server('r1', 'r1.example')],
      owner: 'arn:main-owner',
    },
  },
  {
    part: 'store',
    version,
    store: 'posts',
    topology: {
      kind: 'shardedPostgres',
      engine: 'aurora-postgres',
      database: 'posts',
      shardKey: { column: 'user_id', type: 'bigint' },
      placement: { kind: 'dynamodb', table: 'placement' },
    },
  },
  {
    part: 'shards',
    version,
    store: 'posts',
    stack: 's0',
    port: 5432,
    shards: { s0: { primary: 's0.example', replicas: { reader: 's0-ro.example' }, owner: 'arn:s0' } },
  },
  {
    part: 'shards',
    version,
    store: 'posts',
    stack: 's1',
    port: 5433,
    shards: { s10: { primary: 's10.example', replicas: {}, owner: 'arn:s10' } },
  },
  { part: 'access', version, store: 'main', smoke: 'arn:main-smoke', services: { users: 'arn:u', posts: 'arn:p' } },
  { part: 'access', version, store: 'posts', smoke: 'arn:posts-smoke', services: { posts: 'arn:pp' } },
];

const documents = (parts: readonly unknown[]): PartDocument[] =>
  parts.map((part, index) => ({ source: `/blog/prod/${index}`, text: JSON.stringify(part) }));

const faultOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isPolystoreError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('assembleTopology', () => {
  test('puts the parts of all stacks together', () => {
    expect(assembleTopology(documents(PARTS), '/blog/prod')).toEqual({
      version,
      tier: 'blog',
      stage: 'prod',
      world: 'aws',
      trust: { kind: 'rds', bundlePath: '/bundle.pem' },
      services: { users: { uses: { main: 'write' } }, posts: { uses: { posts: 'write', main: 'read' } } },
      stores: {
        main: {
          kind: 'postgres',
          engine: 'postgres',
          database: 'main',
          primary: server('primary', 'primary.example'),
          replicas: [server('r1', 'r1.example')],
          secrets: { owner: 'arn:main-owner', smoke: 'arn:main-smoke', services: { users: 'arn:u', posts: 'arn:p' } },
        },
        posts: {
          kind: 'shardedPostgres',
          engine: 'aurora-postgres',
          database: 'posts',
          shardKey: { column: 'user_id', type: 'bigint' },
          placement: { kind: 'dynamodb', table: 'placement' },
          shards: {
            s0: {
              primary: server('primary', 's0.example'),
              replicas: [server('reader', 's0-ro.example')],
              secrets: { owner: 'arn:s0', smoke: 'arn:posts-smoke', services: { posts: 'arn:pp' } },
            },
            s10: {
              primary: { name: 'primary', endpoint: { host: 's10.example', port: 5433, via: 'direct' } },
              replicas: [],
              secrets: { owner: 'arn:s10', smoke: 'arn:posts-smoke', services: { posts: 'arn:pp' } },
            },
          },
        },
      },
    });
  });

  test('does not depend on the order of the parts', () => {
    const expected = assembleTopology(documents(PARTS), '/blog/prod');
    fc.assert(
      fc.property(fc.shuffledSubarray([...PARTS], { minLength: PARTS.length }), (shuffled) => {
        expect(assembleTopology(documents(shuffled), '/blog/prod')).toEqual(expected);
      }),
    );
  });

  test('fails naming the part that is missing, whichever it is', () => {
    const names = [
      'tier',
      'store main',
      'store posts',
      'shards posts s0',
      'shards posts s1',
      'access main',
      'access posts',
    ];
    names.forEach((name, index) => {
      const error = faultOf(() => assembleTopology(documents(PARTS.toSpliced(index, 1)), '/blog/prod'));
      expect(error.code).toBe('DOCUMENT_MISSING');
      expect(error.message).toBe(`the topology at /blog/prod has no part "${name}"`);
      expect(error.next).toContain('Deploy all stacks');
    });
  });

  test('passes over what stacks that left the tier have left behind', () => {
    const leftovers = [
      { part: 'store', version, store: 'gone', topology: { kind: 'postgres' } },
      { part: 'access', version, store: 'gone', smoke: 'arn', services: {} },
      { part: 'shards', version, store: 'posts', stack: 's7', port: 5432, shards: {} },
    ];
    expect(assembleTopology(documents([...leftovers, ...PARTS]), '/blog/prod')).toEqual(
      assembleTopology(documents(PARTS), '/blog/prod'),
    );
  });

  test.each([
    ['another version', { ...PARTS[1], version: 2 }, 'version'],
    ['an unknown part', { ...PARTS[1], part: 'view' }, 'part'],
    ['a shard without an owner', { ...PARTS[3], shards: { s0: { primary: 'h', replicas: {} } } }, 'shards.s0.owner'],
  ])('fails for %s, naming the parameter and the field', (_case, broken, field) => {
    const error = faultOf(() => assembleTopology(documents([broken]), '/blog/prod'));
    expect(error.code).toBe('DOCUMENT_INVALID');
    expect(error.message).toContain('topology part at /blog/prod/0');
    expect(error.message).toContain(field);
  });

  test('fails for a part that is not JSON', () => {
    const error = faultOf(() => assembleTopology([{ source: '/blog/prod/tier', text: '{' }], '/blog/prod'));
    expect(error.message).toBe("topology part at /blog/prod/tier can't be read: not JSON");
  });

  test('fails where what the parts hold makes no topology', () => {
    const broken = PARTS.with(1, {
      ...PARTS[1],
      topology: { kind: 'postgres', engine: 'oracle' },
    } as unknown as TopologyPart);
    const error = faultOf(() => assembleTopology(documents(broken), '/blog/prod'));
    expect(error.code).toBe('DOCUMENT_INVALID');
    expect(error.message).toContain('stores.main.engine');
  });
});

test('a pool adds a second way to its server, and a store waits for none', () => {
  const pool: TopologyPart = {
    part: 'pool',
    version,
    store: 'posts',
    stack: 's0',
    port: 5432,
    primaries: { s0: 's0-proxy.example', s7: 'left-over.example' },
    readers: { s0: 's0-readers.example' },
  };
  const ofMain: TopologyPart = {
    part: 'pool',
    version,
    store: 'main',
    stack: 'primary',
    port: 5432,
    primaries: { primary: 'main-proxy.example' },
    readers: {},
  };
  const pooled = (host: string) => ({ host, port: 5432, via: 'pooled' });
  const { main, posts } = assembleTopology(documents([...PARTS, pool, ofMain]), '/blog/prod').stores;
  if (main?.kind !== 'postgres' || posts?.kind !== 'shardedPostgres') throw new Error('stores of another kind');
  expect(main.primary).toMatchObject({ endpoint: { via: 'direct' }, pooled: pooled('main-proxy.example') });
  expect(main.replicas.map((replica) => replica.pooled)).toEqual([undefined]);
  expect(posts.shards['s0']).toMatchObject({
    primary: { endpoint: { host: 's0.example', via: 'direct' }, pooled: pooled('s0-proxy.example') },
    replicas: [{ endpoint: { host: 's0-ro.example', via: 'direct' }, pooled: pooled('s0-readers.example') }],
  });
  expect(posts.shards['s10']?.primary.pooled).toBeUndefined();
  expect(Object.keys(posts.shards)).toEqual(['s0', 's10']);
});
