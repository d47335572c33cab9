import fc from 'fast-check';
import consumers from '../../examples/consumers.config';
import federatedShop from '../../examples/federated-shop.config';
import instagram from '../../examples/instagram.config';
import social from '../../examples/social.config';
import {
  existingGroup,
  iam,
  isRelational,
  parseTier,
  postgres,
  rdsProxy,
  shardedPostgres,
  type ServiceConfig,
  type StoreDefinition,
  type TierDefinition,
} from '../../lib/definition';
import { stackName } from '../../lib/stacks/names';
import { familiesOf, familyOf, type StoreFamily } from '../../lib/topology';
import { blogTier } from '../support/blog-tier';
import { estateTier } from '../support/estate-tier';
import { reachOf, type Reach, type Templates } from '../support/reach';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

/** EC2 lets a group without an inline rule reach everything; this rule reaches nothing. */
const NO_TRAFFIC = [
  { CidrIp: '255.255.255.255/32', Description: 'Disallow all traffic', FromPort: 252, IpProtocol: 'icmp', ToPort: 86 },
];
const ACCOUNT = 'arn:aws:iam::777788889999';
const GROUPS = ['sg-0a1b2c3d', 'sg-1a1b2c3d', 'sg-2a1b2c3d'];

const unsharded = parseTier({
  name: 'lone',
  stages: { live: { profile: 'disposable' } },
  stores: { orders: postgres({ replicas: 1 }), stock: postgres() },
  services: { depot: { uses: { stock: 'write' } }, idle: { uses: {} } },
});

/** Stores with and without proxies, and services that run and log in in every way that there is. */
const fair = (services: Readonly<Record<string, ServiceConfig>>, pooled = true): TierDefinition =>
  parseTier({
    name: 'fair',
    stages: { live: { profile: 'disposable', env: { account: '111122223333', region: 'eu-west-1' } } },
    stores: {
      main: postgres({ ...(pooled && { pooling: rdsProxy() }) }),
      stock: postgres({ replicas: 1 }),
      posts: shardedPostgres({ shardKey: 'id', shards: 2 }),
    },
    services,
  });
const everyWay = fair({
  web: { uses: { main: 'write', posts: 'write' }, principal: `${ACCOUNT}:role/web` },
  reports: {
    uses: { stock: 'read', posts: 'read' },
    principal: [`${ACCOUNT}:role/a`, `${ACCOUNT}:role/b`],
    client: existingGroup('sg-0a1b2c3d'),
    authentication: iam(),
  },
  partner: {
    uses: { main: 'read' },
    principal: `${ACCOUNT}:root`,
    client: existingGroup('sg-1a1b2c3d', { account: '777788889999' }),
  },
  plain: { uses: { main: 'read' } },
});
const jobs = { uses: { main: 'write' }, principal: `${ACCOUNT}:role/jobs`, authentication: iam() } as const;
const tokens = fair({ jobs, plain: { uses: { main: 'read' } } });
const tokensOnly = fair({ jobs });

const dev = blogTier('dev');
const prod = blogTier('prod');
const market = parseTier(consumers, { stage: 'live' });

const synthesized = new Map<TierDefinition, Templates>();
/** Templates of a tier that several tests look at, none of which changes them. */
function templatesFor(tier: TierDefinition): Templates {
  const templates = synthesized.get(tier) ?? templatesOf(tier);
  synthesized.set(tier, templates);
  return templates;
}

const reach = (tier: TierDefinition, templates: Templates = templatesFor(tier)): Reach =>
  reachOf(templates, `${stackName(tier)}-`);

/** By the smoke test about snapshots, and by rotation. */
const ASKED_OF_ELASTICACHE = [
  ...['DescribeReplicationGroups', 'DescribeServerlessCacheSnapshots', 'DescribeServerlessCaches'],
  ...['DescribeSnapshots', 'DescribeUsers', 'ModifyUser'],
].map((action) => `elasticache:${action}`);

/** What the definition says, and nothing else of the templates; `actions` of services and proxies only. */
function impliedBy(tier: TierDefinition): Reach {
  const stores = Object.values(tier.stores);
  const services = Object.values(tier.services);
  const own = tier.network.kind === 'newVpc';
  const families = familiesOf(stores);
  const ofFamily = (family: StoreFamily) => stores.filter((store) => familyOf(store) === family);
  const port = ({ origin }: Imported): number => (origin?.kind === 'imported' ? origin.primary.port : 5432);
  type Imported = Extract<StoreDefinition, { kind: 'postgres' }>;
  const server = (store: StoreDefinition): string => {
    const at = store.kind === 'postgres' ? port(store) : store.kind === 'valkey' ? 6379 : 5432;
    const last = store.kind === 'valkey' && store.shape.kind === 'serverlessCache' ? 6380 : at;
    const group =
      store.kind === 'postgres' && store.origin?.kind === 'imported'
        ? `group ${store.origin.securityGroupId}`
        : `store ${store.name}`;
    return `${group}:tcp/${at}-${last}`;
  };
  const pools = (store: StoreDefinition): readonly string[] => {
    if (!isRelational(store) || store.pooling === undefined) return [];
    return [`proxies ${store.name}-pooling${store.kind === 'postgres' ? '' : '-s0'}`];
  };
  const clients = [
    ...families.map((family) => ({
      name: `operations on ${family}`,
      uses: ofFamily(family),
      pooled: [],
      ours: true,
      foreign: false,
    })),
    ...services.map(({ name, uses, client }) => ({
      name:
        client === undefined
          ? `service ${name}`
          : `group ${client.groupId}${client.account === undefined ? '' : ` of ${client.account}`}`,
      uses: stores.filter((store) => uses[store.name] !== undefined),
      pooled: stores.filter((store) => uses[store.name] !== undefined).flatMap(pools),
      ours: client === undefined,
      foreign: client?.account !== undefined,
    })),
  ];
  // A proxy is a client of its store, and of nothing else.
  const toStores = [
    ...clients.flatMap(({ name, uses, pooled, foreign }) => [
      ...uses.map((store) => ({ way: `${name} -> ${server(store)}`, foreign })),
      ...pooled.map((pool) => ({ way: `${name} -> ${pool}:tcp/5432-5432`, foreign })),
    ]),
    ...stores.flatMap((store) => pools(store).map((pool) => ({ way: `${pool} -> ${server(store)}`, foreign: false }))),
  ];
  const callers = clients.filter(({ uses, foreign, ours }) => uses.length > 0 && !foreign && (own || ours));
  const toAws = callers.map(({ name }) => `${name} -> ${own ? 'endpoints' : 'anywhere'}:tcp/443-443`);
  const toDynamoDb = callers
    .filter(({ uses }) => own && uses.some(({ kind }) => kind === 'shardedPostgres'))
    .map(({ name }) => `${name} -> DynamoDB:tcp/443-443`);

  const ownersOf = (store: StoreDefinition): readonly string[] => {
    // Nobody owns a cache.
    if (!isRelational(store)) return [];
    if (store.kind === 'shardedPostgres')
      return store.shards.map(({ origin }) => `secret of ${origin?.owner ?? 'polystore_owner'} in ${store.name}`);
    if (store.origin?.kind === 'imported') return [store.origin.secretArn];
    return [`secret of ${store.origin?.owner ?? 'polystore_owner'} in ${store.name}`];
  };
  const usersOf = ({ name }: StoreDefinition) => services.filter(({ uses }) => uses[name] !== undefined);
  const byPassword = (store: StoreDefinition): readonly string[] =>
    usersOf(store)
      .filter(({ authentication }) => authentication === 'password')
      .map((service) => `secret of ${service.name} in ${store.name}`);
  const provenIn = (of: readonly StoreDefinition[]) =>
    of.flatMap((store) => [`secret of polystore_smoke in ${store.name}`, ...byPassword(store)]);
  const reads = (who: string, secrets: readonly string[]): string[] =>
    secrets.map((secret) => `${who} reads ${secret}`);
  const roles = services.filter(({ principals, uses }) => principals.length > 0 && Object.keys(uses).length > 0);

  // Nobody changes a password by himself in a disposable stage.
  const cacheActions = tier.stage.profile === 'protected' && ofFamily('valkey').length > 0 ? ASKED_OF_ELASTICACHE : [];
  const rotated = tier.stage.profile === 'protected' ? ofFamily('valkey') : [];

  const byToken = stores.filter((store) => usersOf(store).some(({ authentication }) => authentication === 'iam'));
  const serversOf = (store: StoreDefinition): readonly string[] =>
    !isRelational(store)
      ? []
      : store.kind === 'postgres'
        ? ['primary', ...store.replicas.map(({ name }) => name)].map((name) => `${store.name}-${name}`)
        : store.shards.map(({ name }) => `${store.name}-${name}`);
  const primariesOf = (store: StoreDefinition): readonly string[] =>
    serversOf(store).filter((found) => store.kind === 'shardedPostgres' || found.endsWith('-primary'));
  const key = (store: StoreDefinition): string => store.encryptionKeyArn ?? `${store.name}/Key961B73FD`;
  const { env } = tier.stage;
  const region = env ? `${env.region}:${env.account}` : '';
  const actions = roles.flatMap((service) => {
    const who = `service ${service.name}`;
    const used = stores.filter(({ name }) => service.uses[name] !== undefined);
    const placed = used.filter(({ kind }) => kind === 'shardedPostgres');
    return [
      `${who} ssm:GetParametersByPath arn:aws:ssm:${region}:parameter/${tier.name}/${tier.stage.name}`,
      ...(service.authentication === 'password'
        ? used.map((store) => `${who} kms:Decrypt ${key(store)} via secretsmanager`)
        : []),
      ...placed.flatMap((store) => [
        `${who} dynamodb:GetItem ${store.name}/Placement4CF18568`,
        `${who} kms:Decrypt ${key(store)} via dynamodb`,
      ]),
    ];
  });
  const ofProxies = stores.flatMap((store) =>
    byPassword(store).length === 0
      ? []
      : pools(store).map((pool) => `${pool} kms:Decrypt ${key(store)} via secretsmanager`),
  );
  return {
    egress: [...toStores.filter(({ foreign }) => !foreign).map(({ way }) => way), ...toAws, ...toDynamoDb].sort(),
    ingress: [...toStores.map(({ way }) => way), ...(own ? toAws : [])].sort(),
    endpoints: own
      ? [
          'dynamodb: *',
          ...(cacheActions.length > 0 ? [`elasticache: ${cacheActions.join(' ')}`] : []),
          ...(tier.stage.profile === 'protected' ? ['rds: rds:DescribeDBClusters rds:DescribeDBInstances'] : []),
          'secretsmanager: *',
          'ssm: *',
          // Isolated subnets lead nowhere else, and whoever assumes a role asks for it.
          ...(roles.some(({ client }) => client?.account === undefined) ? ['sts: sts:AssumeRole'] : []),
        ]
      : [],
    principals: roles.flatMap(({ name, principals }) => principals.map((arn) => `${arn} is service ${name}`)).sort(),
    secrets: [
      ...reads('provision-relational', [...stores.flatMap(ownersOf), ...provenIn(ofFamily('relational'))]),
      ...families.flatMap((family) => reads(`smoke-${family}`, provenIn(ofFamily(family)))),
      ...CHANGES.flatMap((verb) => provenIn(rotated).map((secret) => `rotate-valkey ${verb} ${secret}`)),
      ...roles
        .filter(({ authentication }) => authentication === 'password')
        .flatMap(({ name, uses }) =>
          reads(
            `service ${name}`,
            Object.keys(uses).map((store) => `secret of ${name} in ${store}`),
          ),
        ),
      ...stores.flatMap((store) => pools(store).flatMap((pool) => reads(pool, byPassword(store)))),
    ].sort(),
    logins: [
      ...new Set(byToken.length > 0 ? ['provision-relational logs in as polystore_owner on any server'] : []),
      ...services
        .filter(({ authentication, uses }) => authentication === 'iam' && Object.keys(uses).length > 0)
        .flatMap(({ name, uses }) => [
          `smoke-relational logs in as ${name} on any server`,
          ...stores
            .filter((store) => uses[store.name] !== undefined)
            .flatMap(serversOf)
            .map((found) => `service ${name} logs in as ${name} on ${found}`),
          ...stores
            .filter((store) => uses[store.name] !== undefined)
            .flatMap((store) =>
              pools(store).flatMap((pool) => [
                `service ${name} logs in as ${name} on any proxy`,
                ...primariesOf(store).map((found) => `${pool} logs in as ${name} on ${found}`),
              ]),
            ),
        ]),
    ].sort(),
    takesTokens: byToken.flatMap(serversOf).sort(),
    actions: [...actions, ...ofProxies].sort(),
  };
}

/** What a rotation does with each secret. */
const CHANGES = ['reads', 'changes', 'secretsmanager:DescribeSecret', 'secretsmanager:UpdateSecretVersionStage'];

/** Of actions, those of services and proxies: the functions of the kit have a test of their own. */
const ofConsumers = (found: Reach): Reach => ({
  ...found,
  actions: found.actions.filter((line) => /^(service|proxies) /.test(line)),
});

test.each([
  ['the example in dev', dev],
  ['the example in prod', prod],
  ['a shop of four services', parseTier(federatedShop, { stage: 'live' })],
  ['a tier without shards', unsharded],
  ['a market with consumers of several accounts', market],
  ['databases and caches of a network of people', parseTier(instagram, { stage: 'live' })],
  ['a tier with proxies, and services of every sort', everyWay],
  ['a tier whose proxies take passwords and tokens', tokens],
  ['a tier whose proxies take nothing but tokens', tokensOnly],
  ['a tier on an estate', estateTier()],
])('in %s, exactly what the definition says is reached', (_name, tier) => {
  expect(ofConsumers(reach(tier))).toEqual(impliedBy(tier));
});

test('stores of other kinds are reached at their own ports by who uses them, and with the passwords of their own users', () => {
  const { ingress, secrets } = reach(parseTier(social, { stage: 'live' }));
  // A table has no server of its own, and nobody has a password for a graph.
  expect(ingress.filter((way) => way.includes('-> store'))).toEqual([
    'operations on documentdb -> store profiles:tcp/27017-27017',
    'operations on neptune -> store people:tcp/8182-8182',
    'operations on valkey -> store sessions:tcp/6379-6379',
    'service recommender -> store people:tcp/8182-8182',
    'service recommender -> store profiles:tcp/27017-27017',
    'service web -> store people:tcp/8182-8182',
    'service web -> store profiles:tcp/27017-27017',
    'service web -> store sessions:tcp/6379-6379',
  ]);
  expect(secrets.filter((secret) => secret.startsWith('service'))).toEqual([
    'service recommender reads secret of recommender in profiles',
    'service web reads secret of web in profiles',
    'service web reads secret of web in sessions',
  ]);
});

test('whatever the services are, they reach what they use and no more', () => {
  const uses = fc
    .subarray(['main', 'stock', 'posts'] as const)
    .chain((stores) =>
      fc.record(Object.fromEntries(stores.map((store) => [store, fc.constantFrom('read' as const, 'write' as const)]))),
    );
  const principal = fc.subarray([`${ACCOUNT}:root`, `${ACCOUNT}:role/team/a`, `${ACCOUNT}:role/b`], { minLength: 1 });
  const service = fc.record(
    { uses, principal, byToken: fc.boolean(), group: fc.constantFrom('kit', 'existing', 'foreign') },
    { requiredKeys: ['uses', 'byToken', 'group'] },
  );
  const services = fc.dictionary(fc.constantFrom('app', 'jobs', 'search'), service, { maxKeys: 3 });
  fc.assert(
    fc.property(services, fc.boolean(), (table, pooled) => {
      const written = Object.entries(table).map(
        ([name, { byToken, group, ...rest }], index): [string, ServiceConfig] => {
          const mayBe = rest.principal !== undefined;
          const id = GROUPS[index] as string;
          const client = group === 'existing' ? existingGroup(id) : existingGroup(id, { account: '777788889999' });
          return [
            name,
            { ...rest, ...(byToken && mayBe && { authentication: iam() }), ...(group !== 'kit' && { client }) },
          ];
        },
      );
      // A pool that nobody uses is refused.
      const isPooled = pooled && written.some(([, { uses: used }]) => 'main' in used);
      const tier = fair(Object.fromEntries(written), isPooled);
      expect(ofConsumers(reach(tier, templatesOf(tier)))).toEqual(impliedBy(tier));
    }),
    { numRuns: 6 },
  );
});

describe('the functions of the kit', () => {
  const { actions } = reach(prod);
  const of = (who: string): string[] => actions.filter((line) => line.startsWith(`${who} `));

  test('use tables, parameters and keys of the tier, each action by the one that needs it', () => {
    const via = 'via secretsmanager and dynamodb';
    const keys = (who: string, names: readonly string[]): string[] =>
      names.flatMap((name) => ['main', 'posts'].map((store) => `${who} kms:${name} ${store}/Key961B73FD ${via}`));
    expect(of('smoke-relational')).toEqual([
      'smoke-relational dynamodb:GetItem posts/Placement4CF18568',
      ...keys('smoke-relational', ['Decrypt', 'DescribeKey']),
      expect.stringMatching(/^smoke-relational rds:DescribeDBClusters arn:.*:eu-west-1:111122223333:cluster:\*$/),
      expect.stringMatching(/^smoke-relational rds:DescribeDBClusters arn:.*:eu-west-1:111122223333:db:\*$/),
      expect.stringMatching(/^smoke-relational rds:DescribeDBInstances arn:.*:eu-west-1:111122223333:cluster:\*$/),
      expect.stringMatching(/^smoke-relational rds:DescribeDBInstances arn:.*:eu-west-1:111122223333:db:\*$/),
      expect.stringMatching(/^smoke-relational ssm:GetParametersByPath arn:.*:parameter\/blog\/prod$/),
      expect.stringMatching(
        /^smoke-relational ssm:PutParameter arn:.*:parameter\/blog\/prod\/smoke\/last-report\/relational$/,
      ),
    ]);
    expect(of('provision-relational')).toEqual([
      'provision-relational dynamodb:GetItem posts/Placement4CF18568',
      'provision-relational dynamodb:PutItem posts/Placement4CF18568',
      ...keys('provision-relational', ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey']),
      expect.stringMatching(/^provision-relational ssm:GetParametersByPath arn:.*:parameter\/blog\/prod$/),
    ]);
  });

  test('are called by their own steps and the schedule, and nobody else may do anything to the tier', () => {
    const others = actions.filter((line) => !/^(provision|smoke)-[a-z]+ /.test(line));
    for (const line of others)
      expect(line).toMatch(
        /^((Provision|Smoke)[a-z]+Step|Schedule)Role\w+ lambda:(InvokeFunction|GetFunction) operations\/(Provision|Smoke)\w+(:\*)?$/,
      );
    expect(others.length).toBeGreaterThan(0);
  });
});

describe('a way that the definition does not imply is seen', () => {
  const templates = templatesFor(everyWay);
  const implied = impliedBy(everyWay);
  const planted = (change: (copy: Templates) => void): Reach => {
    const copy = structuredClone(templates);
    change(copy);
    return ofConsumers(reach(everyWay, copy));
  };
  const found = (copy: Templates, stack: string, type: string, id: RegExp): Record<string, unknown> => {
    const resource = resourcesOf(copy, type).find((each) => each.stack === stack && id.test(each.id));
    if (!resource) throw new Error(`no ${type} ${id.source} in ${stack}`);
    return resource.Properties;
  };
  const plant = (copy: Templates, stack: string, Type: string, Properties: Record<string, unknown>): void =>
    void Object.assign(copy[stack]?.Resources ?? {}, { Planted: { Type, Properties } });
  interface Written {
    Sid?: string;
    Action: string | string[];
    Resource: unknown;
    Condition?: object;
  }
  const statementOf = (copy: Templates, stack: string, id: RegExp, wanted: string): Written => {
    const { Statement } = found(copy, stack, 'AWS::IAM::Policy', id)['PolicyDocument'] as { Statement: Written[] };
    const statement = Statement.find(({ Sid, Action }) => Sid === wanted || Action === wanted);
    if (!statement) throw new Error(`no statement ${wanted}`);
    return statement;
  };
  const INGRESS = 'AWS::EC2::SecurityGroupIngress';
  const EGRESS = 'AWS::EC2::SecurityGroupEgress';

  const defects: readonly (readonly [string, keyof Reach, (copy: Templates) => void])[] = [
    [
      'a rule more',
      'ingress',
      (copy) => {
        const rule = found(copy, 'access', INGRESS, /^ClientswebIntomain/);
        plant(copy, 'access', INGRESS, { ...rule, GroupId: { 'Fn::GetAtt': ['Operations993AC38D', 'GroupId'] } });
      },
    ],
    [
      'a wider port',
      'egress',
      (copy) => void Object.assign(found(copy, 'access', EGRESS, /^ClientswebTomain/), { ToPort: 6000 }),
    ],
    [
      'a proxy that lets in who does not use its store',
      'ingress',
      (copy) => {
        const rule = found(copy, 'main-pooling', INGRESS, /^ProxiesFromweb/);
        plant(copy, 'main-pooling', INGRESS, { ...rule, SourceSecurityGroupId: 'sg-0a1b2c3d' });
      },
    ],
    [
      'a proxy that reaches another store',
      'egress',
      (copy) => {
        const rule = found(copy, 'main-pooling', EGRESS, /^ProxiesTomain/);
        const { DestinationSecurityGroupId } = found(copy, 'access', EGRESS, /^OperationsTostock/);
        plant(copy, 'main-pooling', EGRESS, { ...rule, DestinationSecurityGroupId });
      },
    ],
    [
      'another account’s group without the account, which would be one of ours',
      'ingress',
      (copy) => void delete found(copy, 'access', INGRESS, /^ClientspartnerInto/)['SourceSecurityGroupOwnerId'],
    ],
    [
      'a secret too many of the smoke test',
      'secrets',
      (copy) =>
        void (statementOf(copy, 'operations', /^Smoke/, 'Secrets').Condition = {
          StringEquals: { 'aws:ResourceTag/tier': 'fair' },
        }),
    ],
    [
      'a secret of another service',
      'secrets',
      (copy) => {
        const theirs = statementOf(copy, 'access', /^Rolespartner/, 'Secrets').Resource;
        statementOf(copy, 'access', /^Rolesweb/, 'Secrets').Resource = theirs;
      },
    ],
    [
      'a principal more',
      'principals',
      (copy) => {
        const role = found(copy, 'access', 'AWS::IAM::Role', /^Rolesweb/);
        const { Statement } = role['AssumeRolePolicyDocument'] as { Statement: object[] };
        Statement.push({ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { AWS: '*' } });
      },
    ],
    [
      'a login on any server',
      'logins',
      (copy) => {
        const statement = statementOf(copy, 'access', /^Rolesreports/, 'rds-db:connect');
        statement.Resource = 'arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/reports';
      },
    ],
    [
      'a login as the owner',
      'logins',
      (copy) => {
        const statement = statementOf(copy, 'access', /^Rolesreports/, 'rds-db:connect');
        statement.Resource = JSON.parse(JSON.stringify(statement.Resource).replaceAll('/reports', '/polystore_owner'));
      },
    ],
    [
      'a server that takes tokens without being asked',
      'takesTokens',
      (copy) => void (found(copy, 'main', 'AWS::RDS::DBInstance', /Primary/)['EnableIAMDatabaseAuthentication'] = true),
    ],
    [
      'a server that takes no tokens where a service has nothing else',
      'takesTokens',
      (copy) =>
        void delete found(copy, 'stock', 'AWS::RDS::DBInstance', /Replicasr1/)['EnableIAMDatabaseAuthentication'],
    ],
    [
      'no way to STS for those who assume a role',
      'endpoints',
      (copy) => {
        const { Resources } = copy['network'] ?? { Resources: {} };
        const sts = Object.keys(Resources).find((id) => /Sts/.test(id)) as string;
        delete Resources[sts];
      },
    ],
    [
      'a key used for anything',
      'actions',
      (copy) => void delete statementOf(copy, 'access', /^Rolesweb/, 'KeysOfSecrets').Condition,
    ],
    [
      'a placement that a service may change',
      'actions',
      (copy) =>
        void (statementOf(copy, 'access', /^Rolesweb/, 'Placements').Action = ['dynamodb:GetItem', 'dynamodb:PutItem']),
    ],
    [
      'a policy of everything beside a role',
      'actions',
      (copy) =>
        plant(copy, 'access', 'AWS::IAM::ManagedPolicy', {
          Roles: [
            { Ref: Object.keys(copy['access']?.Resources ?? {}).find((id) => /^Rolesplain|^Rolesweb\w{8}$/.test(id)) },
          ],
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] },
        }),
    ],
  ];

  test('as long as nothing is planted, nothing is', () => {
    expect(planted(() => undefined)).toEqual(implied);
  });

  test.each(defects)('%s', (_name, where, change) => {
    expect(planted(change)[where]).not.toEqual(implied[where]);
  });

  test('a rule that names addresses', () => {
    expect(() =>
      planted((copy) => {
        const rule = found(copy, 'access', INGRESS, /^ClientswebIntomain/);
        delete rule['SourceSecurityGroupId'];
        rule['CidrIp'] = '10.0.0.0/8';
      }),
    ).toThrow(/neither a group nor a list/);
  });

  test('secrets that are chosen by nothing', () => {
    expect(() =>
      planted((copy) => void delete statementOf(copy, 'operations', /^Provision/, 'Secrets').Condition),
    ).toThrow(/secrets without a condition/);
  });
});

test.each([
  ['the example in dev', dev],
  ['the example in prod', prod],
  ['a tier with proxies', everyWay],
])('in %s, no group has a rule of its own, and none names an address', (_name, tier) => {
  const templates = templatesFor(tier);
  for (const { Properties } of resourcesOf(templates, 'AWS::EC2::SecurityGroup')) {
    expect(Properties['SecurityGroupEgress']).toEqual(NO_TRAFFIC);
    expect(Properties['SecurityGroupIngress']).toBeUndefined();
  }
  const rules = [
    ...resourcesOf(templates, 'AWS::EC2::SecurityGroupIngress'),
    ...resourcesOf(templates, 'AWS::EC2::SecurityGroupEgress'),
  ];
  expect(rules.length).toBeGreaterThan(0);
  for (const { Properties } of rules) {
    for (const field of ['CidrIp', 'CidrIpv6', 'SourcePrefixListId']) expect(Properties[field]).toBeUndefined();
  }
  expect(JSON.stringify(templates)).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
});

test('no stack with data names a consumer: not its role, its group, nor its account', () => {
  const templates = templatesFor(market);
  const stateful = Object.entries(templates).filter(([stack]) =>
    /^(network|catalog|ledger|orders)(-shards-s0)?$/.test(stack),
  );
  expect(stateful).toHaveLength(5);
  for (const [, template] of stateful) {
    expect(JSON.stringify(template)).not.toMatch(/reports|billing|\bweb\b|analysts|sg-[01]a1b2c3d|777788889999/);
  }
});
