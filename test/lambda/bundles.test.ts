import type { KitFunction } from '../../lib/topology';
import { bundleHandler, packagesOf, type HandlerBundle } from './bundle';

/** What a function may hold and call. */
interface Allowed {
  /** Its client, which it must hold. */
  readonly client: string;
  /** Packages that come with it, beside the schema library. */
  readonly packages: RegExp;
  /** Services of AWS that it calls, by clients that the runtime has. */
  readonly calls: readonly string[];
  /** Rooms beside those of every function. */
  readonly rooms: readonly string[];
  /** What the client or the router would load in situations that the function is never in. */
  readonly never: readonly string[];
}

const COMMON_ROOMS = ['errors', 'provision', 'sources', 'topology'];
/** Names of errors, and who connects to what; what shows the outcome of a check needs no client. */
const OF_PROOFS = ['smoke', 'postgres'];

/** Of AWS, beside clients: what signs, and what clients and signers stand on. */
const SIGNER = '@aws-sdk/(?!client-).*|@smithy/.*|@aws/lambda-.*|tslib|bowser';
const OF_PG = `pg|pg-.*|pgpass|postgres-.*|split2|xtend|lru-cache|${SIGNER}`;
/** What would look for keys elsewhere than in the function's environment, and a faster way to sign. */
const NEVER_SIGNS = ['@aws-sdk/credential-provider-node', '@aws-sdk/signature-v4-crt'];
const OF_VALKEY = new RegExp(
  `^(iovalkey|@iovalkey\/commands|cluster-key-slot|debug|ms|supports-color|has-flag|denque|lodash\\..*|redis-errors|redis-parser|standard-as-callback|${SIGNER})$`,
);
const OF_MONGODB =
  'mongodb|mongodb-connection-string-url|@mongodb-js/saslprep|bson|memory-pager|sparse-bitfield|whatwg-url|webidl-conversions|tr46|punycode';
/** What MongoDB's client would compress, encrypt and log in with, were it told to. */
const OPTIONS_OF_MONGODB = [
  'kerberos',
  '@mongodb-js/zstd',
  'gcp-metadata',
  'snappy',
  'socks',
  'mongodb-client-encryption',
  '@aws-sdk/credential-providers',
];

const ALLOWED: Readonly<Record<KitFunction, Allowed>> = {
  'provision-relational': {
    client: 'pg',
    packages: new RegExp(`^(${OF_PG})$`),
    calls: ['dynamodb', 'secrets-manager', 'ssm'],
    rooms: ['placement', 'postgres'],
    // What signs looks for a faster way to do so, and does without.
    never: ['pg-native', '@aws-sdk/signature-v4-crt'],
  },
  'provision-documentdb': {
    client: 'mongodb',
    packages: new RegExp(`^(${OF_MONGODB})$`),
    calls: ['secrets-manager', 'ssm'],
    rooms: ['documentdb', 'placement'],
    never: OPTIONS_OF_MONGODB,
  },
  'smoke-relational': {
    client: 'pg',
    packages: new RegExp(`^(cockatiel|@opentelemetry/api|${OF_PG})$`),
    calls: ['dynamodb', 'rds', 'secrets-manager', 'ssm'],
    // The router knows every kind, and loads the client of one where it opens a store of it.
    rooms: [...OF_PROOFS, 'routing', 'placement', 'valkey', 'dynamodb', 'documentdb', 'neptune', 'signing'],
    never: ['pg-native', '@aws-sdk/signature-v4-crt', 'iovalkey', 'mongodb', 'neo4j-driver', '@aws-sdk/lib-dynamodb'],
  },
  'smoke-valkey': {
    client: 'iovalkey',
    packages: OF_VALKEY,
    calls: ['elasticache', 'secrets-manager', 'ssm'],
    rooms: [...OF_PROOFS, 'placement', 'signing', 'valkey'],
    never: NEVER_SIGNS,
  },
  'smoke-dynamodb': {
    client: '@aws-sdk/lib-dynamodb',
    packages: new RegExp(`^(${SIGNER})$`),
    calls: ['dynamodb', 'ssm'],
    rooms: OF_PROOFS,
    never: [],
  },
  'smoke-documentdb': {
    client: 'mongodb',
    packages: new RegExp(`^(${OF_MONGODB})$`),
    calls: ['rds', 'secrets-manager', 'ssm'],
    rooms: [...OF_PROOFS, 'placement', 'documentdb'],
    never: OPTIONS_OF_MONGODB,
  },
  'smoke-neptune': {
    client: 'neo4j-driver',
    packages: new RegExp(`^(neo4j-driver|neo4j-driver-.*|rxjs|${SIGNER})$`),
    calls: ['rds', 'ssm'],
    rooms: [...OF_PROOFS, 'neptune', 'signing'],
    never: NEVER_SIGNS,
  },
  'rotate-valkey': {
    client: 'iovalkey',
    packages: OF_VALKEY,
    calls: ['elasticache', 'secrets-manager', 'ssm'],
    rooms: ['rotation', 'signing', 'valkey'],
    never: NEVER_SIGNS,
  },
  'rotate-documentdb': {
    client: 'mongodb',
    packages: new RegExp(`^(${OF_MONGODB})$`),
    calls: ['secrets-manager', 'ssm'],
    rooms: ['rotation', 'documentdb', 'placement'],
    never: OPTIONS_OF_MONGODB,
  },
};
const FUNCTIONS = Object.keys(ALLOWED) as readonly KitFunction[];
const CLIENTS = [...new Set(Object.values(ALLOWED).map(({ client }) => client))];

describe.each(FUNCTIONS)('the bundle of %s', (name) => {
  const allowed = ALLOWED[name];
  let bundle: HandlerBundle;
  beforeAll(() => (bundle = bundleHandler(name)));

  it('is at most 1 MB', () => {
    expect(bundle.bytes).toBeGreaterThan(50_000);
    expect(bundle.bytes).toBeLessThanOrEqual(1024 * 1024);
  });

  it('holds its own client, what that stands on and the schema library, and no other package', () => {
    const packages = packagesOf(bundle.inputs);
    expect(packages.filter((each) => each !== 'zod' && !allowed.packages.test(each))).toEqual([]);
    expect(packages).toEqual(expect.arrayContaining([allowed.client, 'zod']));
    expect(packages.filter((each) => CLIENTS.includes(each))).toEqual([allowed.client]);
  });

  it('holds rooms of the runtime world only, and no client’s but its own', () => {
    const rooms = new Set(bundle.inputs.flatMap((input) => /^lib\/([^/]+)\//.exec(input)?.[1] ?? []));
    expect([...rooms].filter((room) => ![...COMMON_ROOMS, ...allowed.rooms].includes(room))).toEqual([]);
  });

  it('expects nothing of the Lambda runtime but the clients of the services that it calls', () => {
    const calls = allowed.calls.map((service) => `@aws-sdk/client-${service}`);
    expect(bundle.externals.filter((each) => !allowed.never.includes(each)).sort()).toEqual(calls);
  });
});
