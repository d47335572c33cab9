import { decodeTopology, encodeTopology, TOPOLOGY_VERSION, type Topology } from '../../lib/topology';

const server = (name: string, port: number) =>
  ({ name, endpoint: { host: 'localhost', port, via: 'direct' } }) as const;
const secrets = { owner: 'main/owner', smoke: 'main/smoke', services: { users: 'main/users' } };

const topology: Topology = {
  version: TOPOLOGY_VERSION,
  tier: 'blog',
  stage: 'dev',
  world: 'local',
  trust: { kind: 'file', path: 'ca.pem' },
  stores: {
    main: {
      kind: 'postgres',
      engine: 'postgres',
      database: 'main',
      primary: { ...server('primary', 5432), zone: 'a' },
      replicas: [server('r1', 5433), { ...server('eu', 5435), region: 'eu-central-1' }],
      elsewhere: [{ name: 'us', region: 'us-east-1' }],
      secrets,
    },
    posts: {
      kind: 'shardedPostgres',
      engine: 'aurora-postgres',
      database: 'posts',
      shardKey: { column: 'user_id', type: 'bigint' },
      shards: { s0: { primary: server('primary', 5434), replicas: [], secrets } },
      placement: { kind: 'directory', path: 'placement/posts' },
    },
  },
  services: { users: { uses: { main: 'write' } } },
};

const change = (from: string, to: string): string => encodeTopology(topology).replace(from, to);

describe('topology codec', () => {
  it('reads what it wrote', () => {
    expect(decodeTopology(encodeTopology(topology), 'a test')).toEqual(topology);
  });

  it.each([
    ['text that is no JSON', 'null,', 'not JSON'],
    ['an unknown version', change('"version": 1', '"version": 9'), 'version: got 9, expected 1'],
    [
      'an unknown kind of store',
      change('"kind": "postgres"', '"kind": "graph"'),
      "stores.main.kind: Invalid discriminator value. Expected 'postgres' | 'shardedPostgres'",
    ],
    ['a port out of range', change('5433', '70000'), 'stores.main.replicas.0.endpoint.port'],
    ['an unknown access', change('"write"', '"admin"'), 'services.users.uses.main'],
    ['a field that it does not know', change('"tier"', '"team": "x", "tier"'), 'Unrecognized key: "team"'],
  ])('fails on %s, saying where and what this version reads', (_, text, why) => {
    expect(() => decodeTopology(text, 'there')).toThrow(
      expect.objectContaining({
        code: 'DOCUMENT_INVALID',
        message: expect.stringContaining(why),
        details: { document: 'topology', source: 'there' },
        next: 'This version reads topologies of version 1; deploy or start the tier with the same version of the kit.',
      }),
    );
  });
});
