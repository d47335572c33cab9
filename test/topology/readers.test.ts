import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  clusterMode,
  directory,
  documentdb,
  dynamodb,
  iam,
  neptune,
  parseTier,
  postgres,
  shardedPostgres,
  valkey,
} from '../../lib/definition';
import { bucketFinder, encodePlacement, hash, seedShardMap, type Placement } from '../../lib/placement';
import { assembleTopology, type StoreTopology, type Topology } from '../../lib/topology';
import { TOPOLOGY_SCHEMA_FILE } from '../../scripts/topology-json-schema';
import { documentsOf } from '../support/deployed-documents';
import { FROZEN_BUCKETS } from '../support/frozen-buckets';
import { describeWithEngine } from '../support/real-engine';
import { templatesOf } from '../support/synthesized-tier';

/** What a reader is given: see examples/readers. */
interface Given {
  readonly schema: string;
  readonly documents: readonly string[];
  readonly parts: Readonly<Record<string, string>>;
  readonly connections: readonly Connection[];
  readonly placement: unknown;
  readonly owned: readonly string[];
  readonly keys: readonly { readonly type: string; readonly key: string }[];
}

/** What a reader made of it. */
interface Read {
  readonly accepted: readonly boolean[];
  readonly targets: readonly unknown[];
  readonly owners: readonly string[];
  readonly buckets: readonly number[];
}

interface Connection {
  readonly service: string;
  readonly store: string;
  readonly shard?: string;
}

/** Every kind of store, with who logs in by a password and who by IAM. */
const tierOf = (profile: 'disposable' | 'protected') =>
  parseTier({
    name: 'shop',
    stages: {
      live: {
        profile,
        env: { account: '111122223333', region: 'eu-west-1' },
        ...(profile === 'protected' && { zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }),
      },
    },
    stores: {
      main: postgres({ replicas: 1 }),
      posts: shardedPostgres({ shardKey: 'user_id', shards: 12 }),
      tenants: shardedPostgres({ shardKey: { column: 'id', type: 'uuid' }, shards: 1, strategy: directory() }),
      sessions: valkey(),
      feeds: valkey({ shape: clusterMode({ shards: 2 }) }),
      carts: dynamodb({ partitionKey: 'id' }),
      profiles: documentdb(),
      people: neptune(),
    },
    services: {
      web: {
        uses: {
          main: 'write',
          posts: 'write',
          tenants: 'read',
          sessions: 'write',
          feeds: 'read',
          carts: 'write',
          profiles: 'write',
          people: 'read',
        },
      },
      jobs: {
        uses: { main: 'read', posts: 'write' },
        principal: 'arn:aws:iam::111122223333:role/jobs',
        authentication: iam(),
      },
    },
  });

const CONNECTIONS: readonly Connection[] = [
  { service: 'web', store: 'main' },
  { service: 'jobs', store: 'main' },
  { service: 'web', store: 'posts', shard: 's0' },
  { service: 'jobs', store: 'posts', shard: 's11' },
  { service: 'web', store: 'tenants', shard: 's0' },
  { service: 'web', store: 'sessions' },
  { service: 'web', store: 'feeds' },
  { service: 'web', store: 'carts' },
  { service: 'web', store: 'profiles' },
  { service: 'web', store: 'people' },
];

const PLACEMENT: Placement = {
  version: 1,
  store: 'posts',
  keyType: 'bigint',
  strategy: hash(),
  shardMap: seedShardMap(
    Array.from({ length: 12 }, (_, index) => ({ name: `s${index}`, weight: index === 4 ? 0 : 1 + (index % 3) })),
  ),
};

const bucketOf = bucketFinder(PLACEMENT) as (key: string) => number;

/** Keys of every type, the same in each run. */
const samples = <T>(arbitrary: fc.Arbitrary<T>): readonly T[] => fc.sample(arbitrary, { numRuns: 200, seed: 7 });
const moments = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true });
const KEYS = [
  ...samples(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((key) => ['bigint', String(key)] as const),
  ...samples(fc.string({ unit: 'grapheme', maxLength: 60 }).filter((key) => !key.includes('\0'))).map(
    (key) => ['text', key] as const,
  ),
  ...samples(fc.uuid()).map((key) => ['uuid', key] as const),
  ...samples(moments).map((key) => ['date', key.toISOString().slice(0, 10)] as const),
  ...samples(moments).map((key) => ['timestamptz', key.toISOString().replace('Z', '123+01:00')] as const),
];

/** Where a connection leads, as the router reads it from the same documents. */
function expectedOf({ stores }: Topology, { service, store, shard }: Connection) {
  const found = stores[store] as StoreTopology;
  const withLogin = (server: { readonly host: string; readonly port: number }, secrets: Login, database = '') => ({
    kind: found.kind,
    at: `${server.host}:${server.port}`,
    host: server.host,
    database,
    ...(secrets.iam?.[service] === undefined
      ? { user: 'user', password: `of/${secrets.services[service]}` }
      : { user: service, token: true }),
  });
  switch (found.kind) {
    case 'postgres':
      return withLogin(found.primary.endpoint, found.secrets, found.database);
    case 'shardedPostgres': {
      const { primary, secrets } = found.shards[shard as string] as (typeof found.shards)[string];
      return withLogin(primary.endpoint, secrets, found.database);
    }
    case 'documentdb':
      return withLogin(found.primary.endpoint, found.secrets, found.database);
    case 'valkey':
      return withLogin(found.primary.endpoint, found.secrets);
    case 'neptune':
      return { kind: found.kind, at: `${found.primary.endpoint.host}:${found.primary.endpoint.port}` };
    case 'dynamodb':
      return { kind: found.kind, at: found.table };
  }
}

interface Login {
  readonly services: Readonly<Record<string, string>>;
  readonly iam?: Readonly<Record<string, unknown>>;
}

type Expected = ReturnType<typeof expectedOf>;

const SCHEMES = { neptune: 'bolt+s', valkey: 'rediss', documentdb: 'mongodb' } as const;
const TRUST = {
  postgres: 'sslmode=verify-full&sslrootcert=global-bundle.pem',
  documentdb: 'retryWrites=false',
} as const;

/** Holds what a reader says of one connection against what the router reads. */
function expectTarget(url: string, login: { user?: string | null; password?: string | null }, expected: Expected) {
  const { kind } = expected;
  if (kind === 'dynamodb') return expect(url).toBe(expected.at);
  const scheme = kind === 'postgres' || kind === 'shardedPostgres' ? 'postgres(ql)?' : SCHEMES[kind];
  expect(url).toMatch(new RegExp(`^(jdbc:)?${scheme.replace('+', '\\+')}://([^@]*@)?${expected.at}(/|$)`));
  if (kind === 'postgres' || kind === 'shardedPostgres') expect(url).toContain(TRUST.postgres);
  if (kind === 'documentdb') expect(url).toContain(TRUST.documentdb);
  if (kind === 'neptune') return undefined;
  if ('database' in expected && expected.database !== '') expect(url).toContain(`${expected.at}/${expected.database}?`);
  const { user, password, token, host } = expected as Record<string, string | boolean>;
  expect(login.user).toBe(user);
  if (token === undefined) return expect(login.password).toBe(password);
  return expect(login.password).toMatch(
    new RegExp(
      `^${expected.at}/?\\?(?=.*Action=connect)(?=.*DBUser=jobs)(?=.*X-Amz-Signature=)(?!.*${String(host)}.*${String(host)})`,
    ),
  );
}

const TARGETS: Readonly<Record<string, (target: unknown, expected: Expected) => void>> = {
  // A URL with everything.
  go: (target, expected) => {
    const text = target as string;
    const { username, password } = text.includes('://') ? new URL(text) : { username: '', password: '' };
    expectTarget(text, { user: decodeURIComponent(username), password: decodeURIComponent(password) }, expected);
  },
  java: (target, expected) => {
    const { url, ...login } = target as { url: string; user: string | null; password: string | null };
    expectTarget(url, login, expected);
  },
};

describe.each(['go', 'java'])('the reader in %s', (language) => {
  const program = `polystore-reader-${language}`;

  describeWithEngine([program], 'of what a deployment writes', () => {
    let folder: string;
    beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'polystore-readers-'))));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** Runs the reader once on all of it. */
    function read(given: Partial<Given>): Read {
      const file = join(folder, 'given.json');
      const nothing = { documents: [], parts: {}, connections: [], owned: [], keys: [] };
      const placement: unknown = JSON.parse(encodePlacement(PLACEMENT));
      writeFileSync(file, JSON.stringify({ schema: TOPOLOGY_SCHEMA_FILE, placement, ...nothing, ...given }));
      const { status, stdout, stderr } = spawnSync(program, [file], { encoding: 'utf8' });
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
      return JSON.parse(stdout) as Read;
    }

    test.each(['disposable', 'protected'] as const)('finds every kind of store of a %s stage', (profile) => {
      const documents = documentsOf(templatesOf(tierOf(profile)));
      const topology = assembleTopology(documents, '/shop/live');
      const parts = Object.fromEntries(documents.map(({ source, text }) => [source.slice('/shop/live/'.length), text]));
      const texts = documents.map(({ text }) => text);
      const broken = texts.map((text) => text.replace('"version":1', '"version":"1"'));
      const { accepted, targets } = read({ documents: [...texts, ...broken], parts, connections: CONNECTIONS });
      expect(accepted).toEqual([...texts.map(() => true), ...broken.map(() => false)]);
      expect(targets).toHaveLength(CONNECTIONS.length);
      for (const [index, to] of CONNECTIONS.entries()) TARGETS[language]?.(targets[index], expectedOf(topology, to));
    });

    test('refuses what it does not know, and passes over what it does not need', () => {
      const store = (topology: object, version = 1) =>
        JSON.stringify({ part: 'store', version, store: 'x', topology, more: true });
      const { targets } = read({
        parts: {
          'stores/later': store({ kind: 'postgres' }, 2),
          'stores/other': store({ kind: 'cassandra' }),
          'stores/carts': store({ kind: 'dynamodb', table: 'carts', more: 1 }),
          'stores/main': store({ kind: 'postgres', database: 'm', primary: { endpoint: { host: 'h', port: 1 } } }),
          'access/main': JSON.stringify({ version: 1, services: {} }),
        },
        connections: ['later', 'other', 'gone', 'main', 'carts'].map((name) => ({ service: 'web', store: name })),
      });
      expect(targets.map((target) => JSON.stringify(target))).toEqual([
        expect.stringContaining('part stores/later is of version 2, known is 1'),
        expect.stringMatching(/other: kind \W*cassandra\W* is not known here/),
        expect.stringContaining('no part stores/gone: is it deployed?'),
        expect.stringContaining('service web does not use main'),
        expect.stringContaining('carts'),
      ]);
    });

    test('finds the bucket and the owner of every key', () => {
      const keys = [
        ...FROZEN_BUCKETS.map(([type, key]) => ({ type, key: String(key) })),
        ...KEYS.map(([type, key]) => ({ type, key })),
      ];
      const owned = KEYS.flatMap(([type, key]) => (type === 'bigint' ? [key] : []));
      const { buckets, owners } = read({ keys, owned });
      expect(buckets).toEqual([
        ...FROZEN_BUCKETS.map(([, , bucket]) => bucket),
        ...KEYS.map(([keyType, key]) => (bucketFinder({ ...PLACEMENT, keyType }) as typeof bucketOf)(key)),
      ]);
      expect(owners).toEqual(owned.map((key) => PLACEMENT.shardMap.owners[bucketOf(key)]));
      expect(new Set(owners).size).toBe(11);
    });
  });
});

test.each([
  ['go', ['polystore.go', 'aws.go']],
  ['java', ['Polystore.java', 'Aws.java']],
])('the page that explains the topology shows the reader in %s as it is proven', (language, files) => {
  const page = readFileSync('docs/topology.md', 'utf8');
  const shown = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, of, text]) =>
    of === language ? [text] : [],
  );
  expect(shown).toEqual(files.map((file) => readFileSync(join('examples', 'readers', language, file), 'utf8')));
});
