import fc from 'fast-check';
import { parseTier, postgres, type ServiceConfig, type TierDefinition } from '../../lib/definition';
import federatedShop from '../../examples/federated-shop.config';
import { blogTier } from '../support/blog-tier';
import { reachOf, type Reach, type Templates } from '../support/reach';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

/** EC2 lets a group without an inline rule reach everything; this rule reaches nothing. */
const NO_TRAFFIC = [
  { CidrIp: '255.255.255.255/32', Description: 'Disallow all traffic', FromPort: 252, IpProtocol: 'icmp', ToPort: 86 },
];

const shop = parseTier(federatedShop, { stage: 'live' });
const unsharded = parseTier({
  name: 'lone',
  stages: { live: { profile: 'disposable' } },
  stores: { orders: postgres({ replicas: 1 }), stock: postgres() },
  services: { depot: { uses: { stock: 'write' } }, idle: { uses: {} } },
});

const prefixOf = ({ name, stage }: TierDefinition): string => `${name}-${stage.name}-`;
const reach = (tier: TierDefinition, templates: Templates = templatesOf(tier)): Reach =>
  reachOf(templates, prefixOf(tier));

/** What the definition says, and nothing else of the templates. */
function impliedBy(tier: TierDefinition): Omit<Reach, 'actions'> {
  const stores = Object.values(tier.stores);
  const sharded = stores.filter(({ kind }) => kind === 'shardedPostgres').map(({ name }) => name);
  const clients = [
    { name: 'operations', uses: stores.map(({ name }) => name) },
    ...Object.values(tier.services).map(({ name, uses }) => ({ name: `service ${name}`, uses: Object.keys(uses) })),
  ].filter(({ uses }) => uses.length > 0);
  const ingress = clients.flatMap(({ name, uses }) => [
    ...uses.map((store) => `${name} -> store ${store}:tcp/5432-5432`),
    `${name} -> endpoints:tcp/443-443`,
  ]);
  const placed = clients.filter(({ uses }) => uses.some((store) => sharded.includes(store)));
  const roles = stores.flatMap(({ name }) => [
    { store: name, role: 'polystore_smoke' },
    ...Object.values(tier.services)
      .filter(({ uses }) => uses[name] !== undefined)
      .map((service) => ({ store: name, role: service.name })),
  ]);
  const owners = stores.flatMap((store) =>
    Array.from({ length: store.kind === 'postgres' ? 1 : store.shards.length }, () => ({
      store: store.name,
      role: 'polystore_owner',
    })),
  );
  const reads = (who: string, secrets: readonly { store: string; role: string }[]): string[] =>
    secrets.map(({ store, role }) => `${who} reads secret of ${role} in ${store}`);
  return {
    egress: [...ingress, ...placed.map(({ name }) => `${name} -> DynamoDB:tcp/443-443`)].sort(),
    ingress: [...ingress].sort(),
    secrets: [...reads('provision', [...owners, ...roles]), ...reads('smoke test', roles)].sort(),
  };
}

const rulesAndSecrets = ({ egress, ingress, secrets }: Reach) => ({ egress, ingress, secrets });

test.each([
  ['the example in dev', blogTier('dev')],
  ['the example in prod', blogTier('prod')],
  ['a shop of four services', shop],
  ['a tier without shards', unsharded],
])('in %s, exactly what the definition says is reached', (_name, tier) => {
  expect(rulesAndSecrets(reach(tier))).toEqual(impliedBy(tier));
});

test('whatever the services are, they reach what they use and no more', () => {
  const uses = fc
    .subarray(['main', 'posts'] as const)
    .chain((stores) =>
      fc.record(Object.fromEntries(stores.map((store) => [store, fc.constantFrom('read' as const, 'write' as const)]))),
    );
  const services = fc.dictionary(fc.constantFrom('app', 'jobs', 'reports', 'search'), fc.record({ uses }), {
    maxKeys: 4,
  });
  fc.assert(
    fc.property(services, (table: Record<string, ServiceConfig>) => {
      const tier = blogTier('dev', { services: table });
      expect(rulesAndSecrets(reach(tier))).toEqual(impliedBy(tier));
    }),
    { numRuns: 5 },
  );
});

describe('the functions of the kit', () => {
  const { actions } = reach(blogTier('prod'));
  const of = (who: string): string[] => actions.filter((line) => line.startsWith(`${who} `));

  test('use tables, parameters and keys of the tier, each action by the one that needs it', () => {
    const keys = (who: string, names: readonly string[]): string[] =>
      names.flatMap((name) => ['main', 'posts'].map((store) => `${who} kms:${name} ${store}/Key961B73FD`));
    expect(of('smoke test')).toEqual([
      'smoke test dynamodb:GetItem posts/Placement4CF18568',
      ...keys('smoke test', ['Decrypt', 'DescribeKey']),
      expect.stringMatching(/^smoke test rds:DescribeDBClusters arn:.*:eu-west-1:111122223333:cluster:\*$/),
      expect.stringMatching(/^smoke test rds:DescribeDBClusters arn:.*:eu-west-1:111122223333:db:\*$/),
      expect.stringMatching(/^smoke test rds:DescribeDBInstances arn:.*:eu-west-1:111122223333:cluster:\*$/),
      expect.stringMatching(/^smoke test rds:DescribeDBInstances arn:.*:eu-west-1:111122223333:db:\*$/),
      expect.stringMatching(/^smoke test ssm:GetParametersByPath arn:.*:parameter\/blog\/prod$/),
      expect.stringMatching(/^smoke test ssm:PutParameter arn:.*:parameter\/blog\/prod\/smoke\/last-report$/),
    ]);
    expect(of('provision')).toEqual([
      'provision dynamodb:GetItem posts/Placement4CF18568',
      'provision dynamodb:PutItem posts/Placement4CF18568',
      ...keys('provision', ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey']),
      expect.stringMatching(/^provision ssm:GetParametersByPath arn:.*:parameter\/blog\/prod$/),
    ]);
  });

  test('are called by their own steps and the schedule, and nobody else may do anything to the tier', () => {
    const others = actions.filter((line) => !/^(provision|smoke test) /.test(line));
    for (const line of others)
      expect(line).toMatch(
        /^(Provisioning|Proof|Schedule)Role\w+ lambda:(InvokeFunction|GetFunction) operations\/(Provision|SmokeTest)\w+(:\*)?$/,
      );
    expect(others.length).toBeGreaterThan(0);
  });
});

describe('a way that the definition does not imply is seen', () => {
  const tier = blogTier('dev');
  const planted = (change: (templates: Templates) => void): Reach => {
    const templates = structuredClone(templatesOf(tier));
    change(templates);
    return reach(tier, templates);
  };
  const ruleTo = (templates: Templates, type: string, description: RegExp) => {
    const found = Object.entries(templates['access']?.Resources ?? {}).find(
      ([, { Type, Properties }]) => Type === type && description.test(String(Properties['Description'])),
    );
    if (!found) throw new Error(`no ${type} ${description.source}`);
    return found[1];
  };

  test('a rule more', () => {
    const { ingress } = planted((templates) => {
      const rule = ruleTo(templates, 'AWS::EC2::SecurityGroupIngress', /^from users$/);
      Object.assign(templates['access']?.Resources ?? {}, {
        Planted: {
          ...rule,
          Properties: { ...rule.Properties, GroupId: { 'Fn::GetAtt': ['Operations993AC38D', 'GroupId'] } },
        },
      });
    });
    expect(ingress).not.toEqual(impliedBy(tier).ingress);
  });

  test('a wider port', () => {
    const { egress } = planted((templates) => {
      Object.assign(ruleTo(templates, 'AWS::EC2::SecurityGroupEgress', /^to main$/).Properties, { ToPort: 6000 });
    });
    expect(egress).not.toEqual(impliedBy(tier).egress);
  });

  test('a secret too many', () => {
    const { secrets } = planted((templates) => {
      for (const { Type, Properties } of Object.values(templates['operations']?.Resources ?? {})) {
        if (Type !== 'AWS::IAM::Policy') continue;
        const { Statement } = Properties['PolicyDocument'] as { Statement: { Sid?: string; Condition?: object }[] };
        for (const statement of Statement) {
          if (statement.Sid === 'Secrets') statement.Condition = { StringEquals: { 'aws:ResourceTag/tier': 'blog' } };
        }
      }
    });
    expect(secrets).not.toEqual(impliedBy(tier).secrets);
  });

  test('a rule that names addresses', () => {
    expect(() =>
      planted((templates) => {
        const { Properties } = ruleTo(templates, 'AWS::EC2::SecurityGroupIngress', /^from users$/);
        delete Properties['SourceSecurityGroupId'];
        Properties['CidrIp'] = '10.0.0.0/8';
      }),
    ).toThrow(/neither a group nor a list/);
  });
});

test.each(['dev', 'prod'] as const)('in %s, no group has a rule of its own, and none names an address', (stage) => {
  const templates = templatesOf(blogTier(stage));
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
