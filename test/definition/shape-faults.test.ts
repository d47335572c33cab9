import { KINDS } from '../../lib/definition/stores/kinds';
import { z } from 'zod';
import { postgresOptions } from '../../lib/definition/postgres/schema';
import { serviceOptions } from '../../lib/definition/services/schema';
import { shardedPostgresOptions } from '../../lib/definition/sharded-postgres/schema';
import { stageOptions } from '../../lib/definition/stages/schema';
import { tierOptions } from '../../lib/definition/tier-schema';
import { faultsOf, minimalTier, withMain, withPosts } from './minimal-tier';

const kinds = Object.keys(KINDS).join(', ');
const factories = Object.keys(KINDS)
  .map((kind) => `${kind}({ … })`)
  .join(', ')
  .replace(/, (?!.*, )/, ' or ');

const stage = (options: object) => minimalTier({ stages: { dev: { profile: 'disposable', ...options } } });

interface Case {
  readonly input: unknown;
  readonly path: string;
  readonly message: string;
}

const cases: Readonly<Record<string, Case>> = {
  'a misspelt option': {
    input: withMain({ replica: 2 }),
    path: 'stores.main.replica',
    message: 'unknown option, did you mean "replicas"? (integer 0–15)',
  },
  'an option like no other': {
    input: withMain({ colour: 'red' }),
    path: 'stores.main.colour',
    message:
      'unknown option, allowed: version, class, storage, replicas, database, maxConnections, slowQueryMs, backup, maintenance, pooling, encryptionKey, origin',
  },
  'a misspelt option of a replica': {
    input: withMain({ replicas: { r1: { clas: 'r8g.large' } } }),
    path: 'stores.main.replicas.r1.clas',
    message: 'unknown option, did you mean "class"? (instance class such as \'r8g.large\')',
  },
  'a misspelt option in a stage': {
    input: stage({ stores: { main: { backups: { retentionDays: 3 } } } }),
    path: 'stages.dev.stores.main.backups',
    message: 'unknown option, did you mean "backup"? ({ retentionDays: …, window: … })',
  },
  'a misspelt option of the tier': {
    input: minimalTier({ service: {} }),
    path: 'service',
    message: 'unknown option, did you mean "services"? (services by name)',
  },
  'a misspelt kind': {
    input: minimalTier({ stores: { main: { kind: 'postgress' } } }),
    path: 'stores.main.kind',
    message: 'unknown kind "postgress", did you mean "postgres"?',
  },
  'an unknown kind': {
    input: minimalTier({ stores: { main: { kind: 'mongo' } } }),
    path: 'stores.main.kind',
    message: `unknown kind "mongo", allowed: ${kinds}`,
  },
  'a store without a kind': {
    input: minimalTier({ stores: { main: { replicas: 2 } } }),
    path: 'stores.main.kind',
    message: `no kind, write the store as ${factories}`,
  },
  'a kind that every object has a member of': {
    input: minimalTier({ stores: { main: { kind: 'constructor' } } }),
    path: 'stores.main.kind',
    message: `unknown kind "constructor", allowed: ${kinds}`,
  },
  'a kind that is not a word': {
    input: minimalTier({ stores: { main: { kind: 5 } } }),
    path: 'stores.main.kind',
    message: `got 5 as kind, write the store as ${factories}`,
  },
  'a factory that was not called': {
    input: minimalTier({ stores: { main: () => ({}) } }),
    path: 'stores.main',
    message: `got a function, allowed: ${factories}`,
  },
  'a strategy that does not exist': {
    input: withPosts({ strategy: { type: 'rang' } }),
    path: 'stores.posts.strategy.type',
    message: 'got "rang", did you mean "range"? (hash(), range({ ranges: [ … ] }) or directory({ … }))',
  },
  'a misspelt option of a range': {
    input: withPosts({ strategy: { type: 'range', ranges: [{ form: 5, shard: 's0' }] } }),
    path: 'stores.posts.strategy.ranges.0.form',
    message: 'unknown option, did you mean "from"? (a key: number, bigint or text)',
  },
  'a rule for new keys that is none': {
    input: withPosts({ strategy: { type: 'directory', newKeys: 'hash' } }),
    path: 'stores.posts.strategy.newKeys',
    message: 'got "hash", allowed: hash() or leastLoaded()',
  },
  'a strategy that was not called': {
    input: withPosts({ strategy: () => ({}) }),
    path: 'stores.posts.strategy',
    message: 'got a function, allowed: hash(), range({ ranges: [ … ] }) or directory({ … })',
  },
  'a sharded store without a shard key': {
    input: minimalTier({ stores: { posts: { kind: 'shardedPostgres', shards: 2 } } }),
    path: 'stores.posts.shardKey',
    message: 'missing, expected: column name, or { column: …, type: … }',
  },
  'a shard key without a type': {
    input: withPosts({ shardKey: { column: 'id' } }),
    path: 'stores.posts.shardKey.type',
    message: 'missing, expected: "bigint" or "text" or "uuid" or "date" or "timestamptz"',
  },
  'a shard key of a type that can not be hashed': {
    input: withPosts({ shardKey: { column: 'id', type: 'txt' } }),
    path: 'stores.posts.shardKey.type',
    message: 'got "txt", did you mean "text"? ("bigint" or "text" or "uuid" or "date" or "timestamptz")',
  },
  'a shard key that is no column name': {
    input: withPosts({ shardKey: 'User Id' }),
    path: 'stores.posts.shardKey',
    message: 'got "User Id", allowed: column name, or { column: …, type: … }',
  },
  'a version as a number': {
    input: withMain({ version: 17 }),
    path: 'stores.main.version',
    message: 'got 17, allowed: "16" or "17"',
  },
  'replicas as a word': {
    input: withMain({ replicas: 'two' }),
    path: 'stores.main.replicas',
    message: 'got "two", allowed: integer 0–15, or replicas by name',
  },
  'half a replica': {
    input: withMain({ replicas: 0.5 }),
    path: 'stores.main.replicas',
    message: 'got 0.5, allowed: integer 0–15, or replicas by name',
  },
  'sixteen replicas': {
    input: withMain({ replicas: 16 }),
    path: 'stores.main.replicas',
    message: 'got 16, allowed: integer 0–15, or replicas by name',
  },
  'a thousand and one shards': {
    input: withPosts({ shards: 1001 }),
    path: 'stores.posts.shards',
    message: 'got 1001, allowed: integer 1–1000, or shards by name',
  },
  'a weight of nothing': {
    input: withPosts({ shards: { s0: { weight: 0 } } }),
    path: 'stores.posts.shards.s0.weight',
    message: 'got 0, allowed: integer 1–100',
  },
  'a misspelt state': {
    input: withPosts({ shards: { s0: {}, s1: { state: 'drain' } } }),
    path: 'stores.posts.shards.s1.state',
    message: 'got "drain", allowed: "active" or "draining"',
  },
  'too little storage': {
    input: withMain({ storage: { sizeGiB: 19 } }),
    path: 'stores.main.storage.sizeGiB',
    message: 'got 19, allowed: integer 20–65536',
  },
  'statements slower than less than nothing': {
    input: withMain({ slowQueryMs: -1 }),
    path: 'stores.main.slowQueryMs',
    message: 'got -1, allowed: integer 0–2147483647',
  },
  'too few connections': {
    input: withMain({ maxConnections: 19 }),
    path: 'stores.main.maxConnections',
    message: 'got 19, allowed: integer 20–262143',
  },
  'a database name that needs quotes': {
    input: withMain({ database: 'My-Data' }),
    path: 'stores.main.database',
    message: 'got "My-Data", allowed: database name: lower-case letters, digits and underscores',
  },
  'a misspelt profile': {
    input: minimalTier({ stages: { dev: { profile: 'disposible' } } }),
    path: 'stages.dev.profile',
    message: 'got "disposible", did you mean "disposable"? ("disposable" or "protected")',
  },
  'a stage without a profile': {
    input: minimalTier({ stages: { dev: {} } }),
    path: 'stages.dev.profile',
    message: 'missing, expected: "disposable" or "protected"',
  },
  'an account as a number': {
    input: stage({ env: { account: 111122223333, region: 'eu-west-1' } }),
    path: 'stages.dev.env.account',
    message: 'got 111122223333, allowed: account id of 12 digits, as text',
  },
  'an account of eleven digits': {
    input: stage({ env: { account: '11112222333', region: 'eu-west-1' } }),
    path: 'stages.dev.env.account',
    message: 'got "11112222333", allowed: account id of 12 digits, as text',
  },
  'a zone as a region': {
    input: stage({ env: { account: '111122223333', region: 'eu-west-1a' } }),
    path: 'stages.dev.env.region',
    message: 'got "eu-west-1a", allowed: region such as \'eu-west-1\'',
  },
  'an account without a region': {
    input: stage({ env: { account: '111122223333' } }),
    path: 'stages.dev.env.region',
    message: "missing, expected: region such as 'eu-west-1'",
  },
  'a region as a zone': {
    input: stage({ zones: ['eu-west-1a', 'eu-west-1'] }),
    path: 'stages.dev.zones.1',
    message: 'got "eu-west-1", allowed: zone name such as \'eu-west-1a\'',
  },
  'a number of zones': {
    input: stage({ zones: 3 }),
    path: 'stages.dev.zones',
    message: "got 3, allowed: list of zone names such as 'eu-west-1a'",
  },
  'overrides that are no table': {
    input: stage({ stores: { main: 'bigger' } }),
    path: 'stages.dev.stores.main',
    message: 'got "bigger", allowed: options of postgres({ … })',
  },
  'a network of another sort': {
    input: minimalTier({ network: { kind: 'newVPC' } }),
    path: 'network.kind',
    message: 'got "newVPC", did you mean "newVpc"? (newVpc({ … }) or existingVpc({ … }))',
  },
  'a misspelt access': {
    input: minimalTier({ services: { web: { uses: { main: 'wirte' } } } }),
    path: 'services.web.uses.main',
    message: 'got "wirte", did you mean "write"? ("read" or "write")',
  },
  'stages as a list': {
    input: minimalTier({ stages: [{ profile: 'disposable' }] }),
    path: 'stages',
    message: 'got a list of 1, allowed: stages by name',
  },
  'a promise': {
    input: Promise.resolve(minimalTier()),
    path: '',
    message: 'got a promise, write: export default defineTier({ … })',
  },
  nothing: { input: undefined, path: '', message: 'missing, expected: defineTier({ … })' },
  null: { input: null, path: '', message: 'got null, allowed: defineTier({ … })' },
  'a very long name': {
    input: withMain({ version: 'x'.repeat(50) }),
    path: 'stores.main.version',
    message: `got "${'x'.repeat(40)}…", allowed: "16" or "17"`,
  },
};

describe('the shape of a definition', () => {
  test.each(Object.entries(cases))('refuses %s', (_, { input, path, message }) => {
    expect(faultsOf(input)).toContainEqual({ path, message });
  });

  test('refuses a key that copying would drop, wherever it stands', () => {
    const input: unknown = JSON.parse(
      '{ "name": "shop", "stages": { "dev": { "profile": "disposable" } }, "stores": { "main": { "kind": "postgres" }, "__proto__": { "kind": "postgres" } }, "services": { "web": { "uses": { "__proto__": "read" } } } }',
    );
    const message = 'no option and no name can be called "__proto__"';
    expect(faultsOf(input)).toEqual([
      { path: 'services.web.uses.__proto__', message },
      { path: 'stores.__proto__', message },
    ]);
  });

  test('takes an option that is written as undefined for one that is not written', () => {
    const stages = { dev: { profile: 'disposable', zones: undefined, stores: { main: { class: undefined } } } };
    const input = withMain({ replicas: undefined, class: 't4g.small', storage: { sizeGiB: undefined } }, { stages });
    expect(() => faultsOf(input)).toThrow('"class":"t4g.small"');
  });
});

describe('every option', () => {
  /** Paths of options that don't say what is allowed. */
  function silent(schema: z.core.$ZodType, path: string): readonly string[] {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if (def.type === 'optional') return silent(def.innerType, path);
    if (def.type === 'unknown') return [];
    const own = typeof (schema as z.ZodType).meta()?.['allowed'] === 'string' ? [] : [path];
    if (def.type === 'object') {
      return [...own, ...Object.entries(def.shape).flatMap(([key, inner]) => silent(inner, `${path}.${key}`))];
    }
    if (def.type === 'record') return [...own, ...silent(def.valueType, `${path}.*`)];
    if (def.type === 'array') return [...own, ...silent(def.element, `${path}.0`)];
    if (def.type === 'union') return [...own, ...def.options.flatMap((option) => silent(option, path))];
    return own;
  }

  test('says what is allowed', () => {
    const schemas = { tierOptions, stageOptions, serviceOptions, postgresOptions, shardedPostgresOptions };
    expect(Object.entries(schemas).flatMap(([name, schema]) => silent(schema, name))).toEqual([]);
    expect(silent(z.strictObject({ a: z.string() }), 'control')).toEqual(['control', 'control.a']);
  });
});

describe('a fault', () => {
  test('does not hide the other faults of the same store', () => {
    const input = withMain({ replica: 2, version: 15, class: 'r8g.larg', database: 'pg_main', slowQueryMs: 'slow' });
    expect(faultsOf(input).map(({ path }) => path)).toEqual([
      'stores.main.class',
      'stores.main.database',
      'stores.main.replica',
      'stores.main.slowQueryMs',
      'stores.main.version',
    ]);
  });

  test('does not hide what is wrong with a store whose required option is missing', () => {
    const input = minimalTier({ stores: { posts: { kind: 'shardedPostgres', class: 'm5.large', shards: 0 } } });
    expect(faultsOf(input).map(({ path }) => path)).toEqual([
      'stores.posts.class',
      'stores.posts.shardKey',
      'stores.posts.shards',
    ]);
  });

  test('does not hide what is wrong with a stage whose environment can not be read', () => {
    const input = minimalTier({
      stages: { dev: { profile: 'disposable', env: { account: '1' }, zones: ['eu-west-1a'] } },
    });
    expect(faultsOf(input).map(({ path }) => path)).toEqual([
      'stages.dev.env.account',
      'stages.dev.env.region',
      'stages.dev.zones',
    ]);
  });

  test('makes no fault of what depends on an option that could not be read', () => {
    const input = withMain({ storage: { sizeGiB: 'small', maxSizeGiB: 21 }, class: 7, maxConnections: 5000 });
    expect(faultsOf(input).map(({ path }) => path)).toEqual(['stores.main.class', 'stores.main.storage.sizeGiB']);
  });

  test('of a store is listed once, however many stages have the store', () => {
    const stages = {
      dev: { profile: 'disposable' },
      prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
      test: { profile: 'disposable' },
    };
    expect(faultsOf(withMain({ class: 'enormous' }, { stages }))).toHaveLength(1);
  });
});
