import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import consumers from '../../examples/consumers.config';
import federatedShop from '../../examples/federated-shop.config';
import rangesAndTenants from '../../examples/ranges-and-tenants.config';
import {
  clusterMode,
  directory,
  documentdb,
  dynamodb,
  leastLoaded,
  neptune,
  parseTier,
  postgres,
  rdsProxy,
  replicationGroup,
  serverlessCache,
  valkey,
  type TierDefinition,
} from '../../lib/definition';
import { localTopology } from '../../lib/local/local-topology';
import { tierDirectory } from '../../lib/local/tier-directory';
import { assembleTopology, encodeTopology, isRelational, type ValkeyTopology } from '../../lib/topology';
import { PART_SCHEMAS } from '../../lib/topology/part-schema';
import { STORE_SCHEMAS } from '../../lib/topology/topology-schema';
import { TOPOLOGY_SCHEMA_FILE, topologySchemaText } from '../../scripts/topology-json-schema';
import config from '../../tier.config';
import { blogTier, shardNames } from '../support/blog-tier';
import { documentsOf, host, secretArn } from '../support/deployed-documents';
import { estateTier } from '../support/estate-tier';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

test('the parameters of a deployed tier make its topology', () => {
  const templates = templatesOf(blogTier('prod'));
  const topology = assembleTopology(documentsOf(templates), '/blog/prod');
  expect(topology).toMatchObject({
    tier: 'blog',
    stage: 'prod',
    world: 'aws',
    trust: { kind: 'rds', bundlePath: '/var/runtime/ca-cert.pem' },
    services: { users: { uses: { main: 'write' } }, posts: { uses: { posts: 'write', main: 'read' } } },
  });
  const { main, posts } = topology.stores;
  if (main?.kind !== 'postgres' || posts?.kind !== 'shardedPostgres') throw new Error('stores of another kind');
  const direct = (hostName: string) => ({ host: hostName, port: 5432, via: 'direct' });
  expect(main.primary).toEqual({ name: 'primary', endpoint: direct(host('blog-prod-main-primary', '')) });
  expect(main.replicas).toEqual(
    ['r1', 'r2'].map((name) => ({ name, endpoint: direct(host(`blog-prod-main-${name}`, '')) })),
  );
  expect(Object.keys(main.secrets.services)).toEqual(['users', 'posts']);
  expect(Object.keys(posts.shards)).toEqual(['s0', 's1', 's2', 's3']);
  expect(posts.shards['s2']?.primary.endpoint).toEqual(direct(host('blog-prod-posts-s2', 'cluster-')));
  expect(posts.shards['s2']?.replicas).toEqual([
    { name: 'reader', endpoint: direct(host('blog-prod-posts-s2', 'cluster-ro-')) },
  ]);
  expect(posts.shardKey).toEqual({ column: 'user_id', type: 'bigint' });
  expect(posts.placement.kind).toBe('dynamodb');
});

test('a store of strategy directory says where its keys are assigned, and gives its services no more than they need', () => {
  const assumable = (service: string) => ({ principal: `arn:aws:iam::111122223333:role/${service}` });
  const prod = { ...rangesAndTenants.stages['prod'], services: { app: assumable('app'), report: assumable('report') } };
  const templates = templatesOf(parseTier({ ...rangesAndTenants, stages: { prod } }));
  const { visits, tenants } = assembleTopology(documentsOf(templates), '/saas/prod').stores;
  if (visits?.kind !== 'shardedPostgres' || tenants?.kind !== 'shardedPostgres')
    throw new Error('stores of another kind');
  expect(visits.shardKey).toEqual({ column: 'day', type: 'date' });
  expect(visits).not.toHaveProperty('keyDirectory');
  const { location, newKeys } = tenants.keyDirectory ?? {};
  expect(newKeys).toBe('refuse');
  const tables = resourcesOf(templates, 'AWS::DynamoDB::Table').filter(({ stack }) => stack === 'tenants');
  const directory = tables.find(({ id }) => location?.kind === 'dynamodb' && id === location.table);
  expect(tables).toHaveLength(2);
  expect(directory).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    },
  });
  // Provisioning reads and writes placements alone; the smoke test assigns keys of its own.
  const actionsOn = (policy: RegExp): string[] =>
    resourcesOf(templates, 'AWS::IAM::Policy')
      .filter(({ id }) => policy.test(id))
      .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: PolicyStatement[] }).Statement)
      .filter(({ Resource }) => JSON.stringify(Resource).includes('KeyDirectory'))
      .flatMap(({ Action }) => Action)
      .sort();
  expect(actionsOn(/^Provision/)).toEqual([]);
  const change = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'];
  expect(actionsOn(/^Smoke/)).toEqual(change);
  expect(actionsOn(/^Rolesapp/)).toEqual(change);
  expect(actionsOn(/^Rolesreport/)).toEqual(['dynamodb:GetItem']);
});

test('who assigns new keys where the fewest are may count the directory, and nobody else', () => {
  const assumable = (service: string) => ({ principal: `arn:aws:iam::111122223333:role/${service}` });
  const prod = { ...rangesAndTenants.stages['prod'], services: { app: assumable('app'), report: assumable('report') } };
  const tenants = { ...rangesAndTenants.stores.tenants, strategy: directory({ newKeys: leastLoaded() }) };
  const tier = { ...rangesAndTenants, stages: { prod }, stores: { ...rangesAndTenants.stores, tenants } };
  const counting = resourcesOf(templatesOf(parseTier(tier)), 'AWS::IAM::Policy')
    .filter(({ Properties }) => JSON.stringify(Properties).includes('dynamodb:Scan'))
    .map(({ id }) => id.replace(/[A-Z0-9]{8}$/, ''));
  expect(counting.map((id) => id.match(/^(Smoke|Rolesapp|Rolesreport|Provision)/)?.[0]).sort()).toEqual([
    'Rolesapp',
    'Smoke',
  ]);
});

interface PolicyStatement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

test('every secret that the topology names is one of its own, and holds the role that it is named for', () => {
  const templates = templatesOf(blogTier('dev'));
  const { stores } = assembleTopology(documentsOf(templates), '/blog/dev');
  const roles = new Map(
    resourcesOf(templates, 'AWS::SecretsManager::Secret').map(({ id, Properties }) => {
      const { SecretStringTemplate } = Properties['GenerateSecretString'] as { SecretStringTemplate: string };
      return [secretArn(id), (JSON.parse(SecretStringTemplate) as { username: string }).username];
    }),
  );
  const groups = Object.values(stores)
    .filter(isRelational)
    .flatMap((store) =>
      store.kind === 'postgres' ? [store.secrets] : Object.values(store.shards).map(({ secrets }) => secrets),
    );
  expect(groups).toHaveLength(5);
  for (const { owner, smoke, services } of groups) {
    expect(roles.get(owner)).toBe('polystore_owner');
    expect(roles.get(smoke)).toBe('polystore_smoke');
    for (const [service, secret] of Object.entries(services)) expect(roles.get(secret)).toBe(service);
  }
  expect(new Set(groups.map(({ owner }) => owner)).size).toBe(5);
});

test('parameters are named after what they hold, and no other begins with the tier’s prefix', () => {
  const names = resourcesOf(templatesOf(blogTier('dev', { shards: shardNames(12) })), 'AWS::SSM::Parameter').map(
    ({ Properties }) => Properties['Name'],
  );
  expect(names.sort()).toEqual([
    '/blog/dev/access/main',
    '/blog/dev/access/posts',
    '/blog/dev/smoke/last-report/relational',
    '/blog/dev/stores/main',
    '/blog/dev/stores/posts',
    '/blog/dev/stores/posts/shards/s0',
    '/blog/dev/stores/posts/shards/s1',
    '/blog/dev/tier',
  ]);
});

test('ten shards with the reader of a protected stage fit a standard parameter of 4 KB', () => {
  const documents = documentsOf(templatesOf(blogTier('prod', { shards: shardNames(10) })));
  for (const { source, text } of documents)
    expect([source, text.length > 0, text.length <= 4096]).toEqual([source, true, true]);
});

describe('docs/topology.schema.json', () => {
  const schema = JSON.parse(readFileSync(TOPOLOGY_SCHEMA_FILE, 'utf8')) as Record<string, unknown>;
  const accepts = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
  const { dev, prod } = config.stages;
  const pooled = parseTier(
    {
      ...config,
      stages: {
        dev,
        prod: { ...prod, stores: { ...prod?.stores, posts: { pooling: rdsProxy({ reads: 'pooled' }) } } },
      },
      stores: { ...config.stores, main: postgres({ ...config.stores.main, pooling: rdsProxy() }) },
    },
    { stage: 'prod' },
  );
  const tiers: readonly TierDefinition[] = [
    pooled,
    parseTier(consumers, { stage: 'live' }),
    estateTier(),
    parseTier(federatedShop, { stage: 'live' }),
    parseTier({
      name: 'shop',
      stages: { live: { profile: 'disposable', env: { account: '111122223333', region: 'eu-west-1' } } },
      stores: {
        sessions: valkey({ shape: replicationGroup({ replicas: 1 }) }),
        feeds: valkey({ shape: clusterMode({ shards: 3 }) }),
        carts: dynamodb({ partitionKey: { name: 'id', type: 'string' }, timeToLive: 'expiresAt' }),
        profiles: documentdb({ readers: 1 }),
        people: neptune({ readers: 1 }),
      },
      services: {
        web: { uses: { sessions: 'write', feeds: 'read', carts: 'write', profiles: 'write', people: 'read' } },
      },
    }),
  ];
  const deployed = tiers.map((tier) => documentsOf(templatesOf(tier)));
  const parts = deployed.flat().map(({ source, text }) => [source, JSON.parse(text) as object] as const);

  test('is what the schemas of the code say: node --import tsx scripts/topology-json-schema.ts writes it', () => {
    expect(readFileSync(TOPOLOGY_SCHEMA_FILE, 'utf8')).toBe(topologySchemaText());
  });

  test('accepts every part of every sort, as deployments write them', () => {
    expect([...new Set(parts.map(([, part]) => (part as { part: string }).part))].sort()).toEqual(
      Object.keys(PART_SCHEMAS).sort(),
    );
    for (const [source, part] of parts) expect([source, accepts(part), accepts.errors]).toEqual([source, true, null]);
  });

  test('accepts a topology as a whole, assembled on AWS and written on this machine', () => {
    const onThisMachine = localTopology(pooled, tierDirectory('.polystore/blog/prod'), 'ca.pem', () => 5432);
    const wholes = [...deployed.map((documents) => assembleTopology(documents, '/a/b')), onThisMachine];
    for (const whole of wholes) {
      expect([accepts(JSON.parse(encodeTopology(whole))), accepts.errors]).toEqual([true, null]);
    }
  });

  test('on this machine, where there is no IAM, a service that logs in by it has a password', () => {
    const market = parseTier(consumers, { stage: 'live' });
    const { stores } = localTopology(market, tierDirectory('.polystore/market/live'), 'ca.pem', () => 5432);
    expect(stores['ledger']).toMatchObject({ secrets: { services: { billing: 'ledger/services/billing' } } });
    expect(JSON.stringify(stores)).not.toContain('"iam"');
  });

  /** Every way to each object within a document, the document's own first. */
  const objectsIn = (value: unknown): readonly Record<string, unknown>[] =>
    typeof value !== 'object' || value === null
      ? []
      : [
          ...(Array.isArray(value) ? [] : [value as Record<string, unknown>]),
          ...Object.values(value).flatMap(objectsIn),
        ];

  test('refuses a document of which any value is of another type, and one of another version or part', () => {
    const document = fc.constantFrom(...parts.map(([, part]) => part));
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(), (original, at, which) => {
        const broken = structuredClone(original);
        const objects = objectsIn(broken).filter((object) => Object.keys(object).length > 0);
        const object = objects[at % objects.length] as Record<string, unknown>;
        const keys = Object.keys(object);
        object[keys[which % keys.length] as string] = true;
        expect(accepts(broken)).toBe(false);
      }),
      { numRuns: 200 },
    );
    for (const [, part] of parts) {
      expect(accepts({ ...part, version: 2 })).toBe(false);
      expect(accepts({ ...part, part: 'view' })).toBe(false);
    }
  });

  test('accepts every example of the page that explains it', () => {
    const examples = [...readFileSync('docs/topology.md', 'utf8').matchAll(/^```json\n([^]*?)^```$/gm)];
    for (const [, text = ''] of examples) expect([accepts(JSON.parse(text)), accepts.errors]).toEqual([true, null]);
    const parts = examples.map(([, text = '']) => JSON.parse(text) as { part: string; topology?: { kind: string } });
    const shown = [...new Set(parts.map(({ part, topology }) => topology?.kind ?? part))].sort();
    // A store of shards says little beside the part that tells where they are.
    expect(shown).toEqual(
      [...Object.keys(STORE_SCHEMAS).filter((kind) => kind !== 'shardedPostgres'), 'access', 'shards'].sort(),
    );
  });

  test('refuses a document that lacks a member, or has one more', () => {
    for (const [, part] of parts) {
      for (const key of Object.keys(part)) {
        // The only member that may be missing.
        if (key === 'iam') continue;
        const rest = Object.fromEntries(Object.entries(part).filter(([name]) => name !== key));
        expect([key, accepts(rest)]).toEqual([key, false]);
      }
      expect(accepts({ ...part, more: 1 })).toBe(false);
    }
  });
});

test('that of caches leads to the primary, to replicas by one name, or to slots', () => {
  const tier = parseTier({
    name: 'fast',
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: {
      sessions: valkey(),
      feeds: valkey({ engine: 'redis', shape: clusterMode({ shards: 3 }) }),
      pages: valkey({ shape: serverlessCache() }),
    },
    services: { web: { uses: { sessions: 'write', pages: 'write' } }, jobs: { uses: { pages: 'read' } } },
  });
  const { stores } = assembleTopology(documentsOf(templatesOf(tier)), '/fast/live');
  expect(stores['sessions']).toMatchObject({
    kind: 'valkey',
    primary: { name: 'primary' },
    replicas: [{ name: 'replicas' }],
  });
  expect(stores['sessions']).not.toHaveProperty('slots');
  expect(stores['feeds']).toMatchObject({ engine: 'redis', replicas: [], slots: { shards: 3, replicasAShard: 1 } });
  expect(stores['pages']).toMatchObject({ slots: { replicasAShard: 1 }, replicas: [{ endpoint: { port: 6380 } }] });
  expect(Object.keys((stores['pages'] as ValkeyTopology).secrets.services).sort()).toEqual(['jobs', 'web']);
});
