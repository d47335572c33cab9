import * as definition from '../../lib/definition';
import { lambda, parseTier, type Profile, type StoreKind, type TierDefinition } from '../../lib/definition';
import { OWNER_ROLE } from '../../lib/topology';
import { collectOptions } from '../../scripts/definition-doc/collect-options';
import type { OptionRow } from '../../scripts/definition-doc/option-row';
import { readDeclarations } from '../../scripts/definition-doc/declared-options';
import { readDefault } from '../../scripts/definition-doc/read-default';
import { SECTIONS } from '../../scripts/definition-doc/sections';

type Table = Readonly<Record<string, unknown>>;

/** A tier that says nothing of an option, and where in it the option would stand. */
interface Silent {
  readonly tier: (profile: Profile) => Table;
  readonly at: readonly string[];
  /** Profiles that allow what it is an option of. @default both */
  readonly profiles?: readonly Profile[];
}

const PROFILES: readonly Profile[] = ['disposable', 'protected'];

const tierOf =
  (parts: Table) =>
  (profile: Profile): Table => ({
    name: 'shop',
    stages: { stage: { profile, zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    services: { web: { uses: { main: 'read' } } },
    ...parts,
  });

const STORES: Readonly<Record<StoreKind, Table>> = {
  postgres: {},
  shardedPostgres: { shardKey: 'id', shards: { s0: {} } },
  valkey: {},
  dynamodb: { partitionKey: 'id', indexes: { byName: { partitionKey: 'name' } } },
  documentdb: {},
  neptune: {},
};

const inStore = (kind: StoreKind, options: Table = {}, ...at: readonly string[]): Silent => ({
  tier: tierOf({ stores: { main: { kind, ...STORES[kind], ...options } } }),
  at: ['stores', 'main', ...at],
});

const SERVERLESS = { kind: 'serverless', minAcu: 0, maxAcu: 4 };
const RANGE = { min: 10, max: 100 };
const SERVER = { host: 'main.example.com' };
const IMPORTED = {
  kind: 'imported',
  primary: SERVER,
  secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:main-AbCdEf',
  securityGroupId: 'sg-0a1b2c3d4e5f60718',
};
const EXISTING_VPC = {
  kind: 'existingVpc',
  vpcId: 'vpc-0a1b2c3d',
  dataSubnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d', 'subnet-2a1b2c3d'],
  endpoints: 'provided',
};
const SNAPSHOT = 'arn:aws:rds:eu-west-1:111122223333:snapshot:first';

/** By the section or the function of an option. */
const SILENT: Readonly<Record<string, Silent>> = {
  Tier: { tier: tierOf({ stores: { main: { kind: 'postgres' } } }), at: [] },
  Services: { tier: tierOf({ stores: { main: { kind: 'postgres' } } }), at: ['services', 'web'] },
  newVpc: { tier: tierOf({ network: { kind: 'newVpc' }, stores: { main: { kind: 'postgres' } } }), at: ['network'] },
  postgres: inStore('postgres'),
  shardedPostgres: inStore('shardedPostgres'),
  valkey: inStore('valkey'),
  dynamodb: inStore('dynamodb'),
  documentdb: inStore('documentdb'),
  neptune: inStore('neptune'),
  rdsProxy: inStore('postgres', { pooling: { kind: 'rdsProxy' } }, 'pooling'),
  fromSnapshot: inStore('postgres', { origin: { kind: 'snapshot', arn: SNAPSHOT } }, 'origin'),
  imported: {
    tier: tierOf({ network: EXISTING_VPC, stores: { main: { kind: 'postgres', origin: IMPORTED } } }),
    at: ['stores', 'main', 'origin'],
  },
  serverless: { ...inStore('shardedPostgres', { capacity: SERVERLESS }, 'capacity'), profiles: ['disposable'] },
  autoscaled: {
    ...inStore('shardedPostgres', { readers: { kind: 'autoscaled', min: 1, max: 4 } }, 'readers'),
    profiles: ['protected'],
  },
  replicationGroup: inStore('valkey', { shape: { kind: 'replicationGroup' } }, 'shape'),
  clusterMode: inStore('valkey', { shape: { kind: 'clusterMode', shards: 2 } }, 'shape'),
  provisioned: inStore('dynamodb', { capacity: { kind: 'provisioned', reads: RANGE, writes: RANGE } }, 'capacity'),
};

/** Defaults that no definition shows, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'lambda.poolMax': 'the function writes it: below',
  'fromSnapshot.owner': 'whoever makes the server knows it: below',
  'documentdb.scaleOut.servers': 'of an elastic cluster: below',
  'shardedPostgres.globalDatabase.secondaries.<region>.servers': 'of copies in other regions: below',
};

const { sections } = collectOptions(SECTIONS, readDeclarations());
const owners = sections.flatMap(({ rows, makers }, index) => [
  { name: SECTIONS[index]?.title ?? '', rows },
  ...makers.map(({ name, rows: ofMaker }) => ({ name, rows: ofMaker })),
]);
const valued = owners.flatMap(({ name, rows }) =>
  rows.flatMap((row) => (readDefault(row.byDefault ?? '') === undefined ? [] : [{ name, row }])),
);
const cases = valued
  .filter(({ name, row }) => ELSEWHERE[`${name}.${row.path}`] === undefined)
  .flatMap(({ name, row }) =>
    (SILENT[name]?.profiles ?? PROFILES).map((profile) => [`${name}.${row.path}`, profile, name, row] as const),
  );

test('covers every default that is a value', () => {
  expect(cases.length).toBeGreaterThan(60);
  expect(valued.filter(({ name }) => SILENT[name] === undefined && name !== 'lambda')).toEqual([]);
  expect(Object.keys(ELSEWHERE).filter((at) => !valued.some(({ name, row }) => `${name}.${row.path}` === at))).toEqual(
    [],
  );
});

test.each(cases)('%s is by default what it says in a stage that is %s', (_, profile, name, row) => {
  const silent = SILENT[name] as Silent;
  const written = readDefault(row.byDefault ?? '')?.[profile] ?? '';
  expect(resolved(silent, profile, row, valueOf(written))).toEqual(parseTier(silent.tier(profile)));
});

test('would not be what it says, if it said something else', () => {
  const silent = inStore('postgres');
  const wrong = (path: string, value: unknown) => resolved(silent, 'disposable', { path }, value);
  expect(wrong('slowQueryMs', 1000)).toEqual(parseTier(silent.tier('disposable')));
  expect(wrong('slowQueryMs', 2000)).not.toEqual(parseTier(silent.tier('disposable')));
  expect(wrong('storage.sizeGiB', 30)).not.toEqual(parseTier(silent.tier('disposable')));
});

function resolved({ tier, at }: Silent, profile: Profile, { path }: Pick<OptionRow, 'path'>, value: unknown) {
  return parseTier(withValue(tier(profile), [...at, ...path.split('.')], value));
}

/** The same with a value at a path; what has a name of the user's own is the first that there is. */
function withValue(table: Table, [key, ...rest]: readonly string[], value: unknown): Table {
  if (key === undefined) throw new TypeError('a value needs a path');
  const name = key.startsWith('<') ? (Object.keys(table)[0] ?? key) : key;
  const inner = (table[name] ?? {}) as Table;
  return { ...table, [name]: rest.length === 0 ? value : withValue(inner, rest, value) };
}

/** `'gp3'`, `20`, `fresh()`. */
function valueOf(written: string): unknown {
  if (written.startsWith("'")) return written.slice(1, -1);
  if (!written.endsWith('()')) return Number(written);
  const make = (definition as unknown as Readonly<Record<string, () => unknown>>)[written.slice(0, -2)];
  return make?.();
}

describe('of options that stand in what others choose', () => {
  test.each(PROFILES)('servers of an elastic cluster in a stage that is %s', (profile) => {
    const servers = { disposable: 1, protected: 2 }[profile];
    const silent = inStore('documentdb', { scaleOut: { shards: 2, vcpu: 2 } });
    expect(documented('documentdb', 'scaleOut.servers')?.[profile]).toBe(`${servers}`);
    expect(resolved(silent, profile, { path: 'scaleOut.servers' }, servers)).toEqual(parseTier(silent.tier(profile)));
  });

  test('connections of a function', () => {
    expect(documented('lambda', 'poolMax')?.disposable).toBe('2');
    expect(lambda({ concurrency: 5, poolMax: 2 })).toEqual(lambda({ concurrency: 5 }));
  });

  test('the owner of what a snapshot is of', () => {
    expect(documented('fromSnapshot', 'owner')?.disposable).toBe(`'${OWNER_ROLE}'`);
  });

  test('servers of copies in other regions', () => {
    const tier = (secondary: Table): TierDefinition =>
      parseTier({
        name: 'shop',
        stages: {
          prod: {
            profile: 'protected',
            env: { account: '111122223333', region: 'eu-west-1' },
            zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
            regions: {
              'eu-central-1': {
                network: { kind: 'newVpc', cidr: '10.1.0.0/16' },
                zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
              },
            },
          },
        },
        stores: {
          main: {
            kind: 'shardedPostgres',
            ...STORES.shardedPostgres,
            globalDatabase: { version: '17.5', secondaries: { 'eu-central-1': secondary } },
          },
        },
      });
    expect(documented('shardedPostgres', 'globalDatabase.secondaries.<region>.servers')?.protected).toBe('1');
    expect(tier({ servers: 1 })).toEqual(tier({}));
    expect(tier({ servers: 2 })).not.toEqual(tier({}));
  });

  function documented(owner: string, path: string) {
    return readDefault(valued.find(({ name, row }) => name === owner && row.path === path)?.row.byDefault ?? '');
  }
});
