import {
  documentdb,
  dynamodb,
  iam,
  neptune,
  newVpc,
  parseTier,
  postgres,
  rdsProxy,
  shardedPostgres,
  valkey,
  type TierConfig,
} from '../../lib/definition';
import { refusalsOf, type Stacks } from '../support/rollout-model';
import { templatesOf, type TemplateJson } from '../support/synthesized-tier';

const PREFIX = 'shop-live-';

const replicas = { r1: {}, r2: {} };
const shards = { s0: {}, s1: {}, s10: {} };
const whole = {
  name: 'shop',
  stages: { live: { profile: 'disposable' } },
  stores: {
    catalog: postgres({ replicas }),
    stock: postgres(),
    orders: shardedPostgres({ shardKey: 'customer_id', shards }),
  },
  services: {
    storefront: {
      uses: { catalog: 'read', orders: 'write' },
      principal: 'arn:aws:iam::111122223333:role/storefront',
      authentication: iam(),
    },
    depot: { uses: { stock: 'write' } },
  },
} satisfies TierConfig;

const home = {
  profile: 'protected',
  env: { account: '111122223333', region: 'eu-west-1' },
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
} as const;
const away = {
  'eu-central-1': { network: newVpc({ cidr: '10.1.0.0/16' }), zones: ['eu-central-1a', 'eu-central-1b'] },
};
const nearAndFar = { near: {}, far: { region: 'eu-central-1' } };

/** Every other kind, and what stands around stores in a protected stage: alarms, proxies, replicas of another region. */
const wide = {
  name: 'shop',
  stages: { live: { ...home, regions: away } },
  stores: {
    main: postgres({ replicas: nearAndFar, pooling: rdsProxy() }),
    posts: shardedPostgres({ shardKey: 'id', shards: { s0: {}, s10: {} }, pooling: rdsProxy() }),
    sessions: valkey(),
    carts: dynamodb({ partitionKey: 'id' }),
    profiles: documentdb(),
    people: neptune(),
  },
  services: {
    web: {
      uses: { main: 'write', posts: 'read', sessions: 'write', carts: 'write', profiles: 'read', people: 'write' },
      principal: 'arn:aws:iam::111122223333:role/web',
    },
    reports: { uses: { main: 'read' } },
    jobs: {
      uses: { posts: 'write', carts: 'read' },
      principal: 'arn:aws:iam::111122223333:role/jobs',
      authentication: iam(),
    },
  },
} satisfies TierConfig;

const stacksOf = (config: TierConfig): Stacks => templatesOf(parseTier(config));

const omit = <T extends object>(from: T, name: string): T =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name)) as T;

function withoutStore(tier: TierConfig, store: string): TierConfig {
  const services = Object.entries(tier.services ?? {}).map(([name, service]) => [
    name,
    { ...service, uses: omit(service.uses, store) },
  ]);
  return {
    ...tier,
    stores: omit(tier.stores, store),
    services: Object.fromEntries(services) as TierConfig['services'] & object,
  };
}

const removals: readonly (readonly [string, TierConfig])[] = [
  ...Object.keys(whole.stores).map((store) => [`store ${store}`, withoutStore(whole, store)] as const),
  ...Object.keys(whole.services).map(
    (service) => [`service ${service}`, { ...whole, services: omit(whole.services, service) }] as const,
  ),
  ...Object.keys(replicas).map(
    (replica) =>
      [
        `replica ${replica}`,
        { ...whole, stores: { ...whole.stores, catalog: postgres({ replicas: omit(replicas, replica) }) } },
      ] as const,
  ),
  ...Object.keys(shards).map(
    (shard) =>
      [
        `shard ${shard}`,
        {
          ...whole,
          stores: {
            ...whole.stores,
            orders: shardedPostgres({ shardKey: 'customer_id', shards: omit(shards, shard) }),
          },
        },
      ] as const,
  ),
  ['a use of a store', { ...whole, services: { ...whole.services, storefront: { uses: { catalog: 'read' } } } }],
  [
    'a login by IAM',
    { ...whole, services: { ...whole.services, storefront: { uses: whole.services.storefront.uses } } },
  ],
];

const before = stacksOf(whole);

test.each(removals)('%s leaves the tier in one deployment, and comes back in one', (_name, config) => {
  const after = stacksOf(config);
  expect(after).not.toEqual(before);
  expect(refusalsOf(before, after, PREFIX)).toEqual([]);
  expect(refusalsOf(after, before, PREFIX)).toEqual([]);
});

describe('of every other kind, in a protected stage with proxies and another region', () => {
  const all = stacksOf(wide);
  const { main, posts } = wide.stores;
  const stores = (changed: object): TierConfig => ({ ...wide, stores: { ...wide.stores, ...changed } });
  /** The region leaves with what stands in it. */
  const atHome = (tier: TierConfig): TierConfig => ({ ...tier, stages: { live: home } });
  const less: readonly (readonly [string, TierConfig])[] = [
    ['store main', atHome(withoutStore(wide, 'main'))],
    ...Object.keys(omit(wide.stores, 'main')).map((store) => [`store ${store}`, withoutStore(wide, store)] as const),
    ...Object.keys(wide.services).map(
      (service) => [`service ${service}`, { ...wide, services: omit(wide.services, service) }] as const,
    ),
    ['replica near', stores({ main: { ...main, replicas: omit(nearAndFar, 'near') } })],
    ['replica far, of another region', atHome(stores({ main: { ...main, replicas: omit(nearAndFar, 'far') } }))],
    ['the last shard of a stack', stores({ posts: { ...posts, shards: { s0: {} } } })],
    ['pooling', stores({ main: omit(main, 'pooling'), posts: omit(posts, 'pooling') })],
  ];

  test.each(less)('%s leaves in one deployment, and comes back in one', (_name, config) => {
    const after = stacksOf(config);
    expect(after).not.toEqual(all);
    expect(refusalsOf(all, after, PREFIX)).toEqual([]);
    expect(refusalsOf(after, all, PREFIX)).toEqual([]);
  });
});

test('a tier that is new deploys, since nothing refers to what comes after it', () => {
  expect(refusalsOf({}, before, PREFIX)).toEqual([]);
});

test('where passwords are changed by themselves, a service leaves too, and a proof that fails then can be rolled back', () => {
  const cached = (services: TierConfig['services']): Stacks =>
    stacksOf({
      name: 'shop',
      stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
      stores: { sessions: valkey() },
      services,
    } as TierConfig);
  const upTo = (last: string, stacks: Stacks): Stacks => {
    const names = Object.keys(stacks);
    return Object.fromEntries(Object.entries(stacks).slice(0, names.indexOf(last) + 1));
  };
  const web = { web: { uses: { sessions: 'write' } } } as const;
  const both = cached({ ...web, jobs: { uses: { sessions: 'read' } } });
  const one = cached(web);
  expect(both['rotation']).not.toEqual(one['rotation']);
  for (const [from, to] of [
    [both, one],
    [one, both],
  ] as const) {
    expect(refusalsOf(from, to, PREFIX)).toEqual([]);
    expect(refusalsOf(upTo('operations', from), upTo('operations', to), PREFIX)).toEqual([]);
  }
});

describe('what CloudFormation refuses is seen', () => {
  const importing = (stack: string, name: string, from: Stacks): Stacks => ({
    ...from,
    [stack]: {
      ...from[stack],
      Resources: {
        ...from[stack]?.Resources,
        Planted: { Type: 'AWS::SSM::Parameter', Properties: { Value: { 'Fn::ImportValue': name } } },
      },
    },
  });
  const exporting = (stack: string, name: string, from: Stacks): Stacks => ({
    ...from,
    [stack]: {
      Resources: {},
      ...from[stack],
      Outputs: { ...from[stack]?.Outputs, Planted: { Value: 'x', Export: { Name: name } } },
    },
  });

  test('an export that is dropped while it is imported: what strong references from access would end in', () => {
    const strong = importing('access', 'planted', exporting('stock', 'planted', before));
    expect(refusalsOf(strong, before, PREFIX)).toEqual(['stock drops planted, which access imports']);
  });

  test('an import of what nobody exports', () => {
    expect(refusalsOf(before, importing('access', 'planted', before), PREFIX)).toEqual(['access imports planted']);
  });

  test('a stack that is left over and still imported', () => {
    const others = omit(before, 'stock');
    const strong = exporting('stock', 'planted', before);
    const left = importing('catalog', 'planted', others);
    expect(refusalsOf(strong, left, PREFIX)).toContain('stock, deleted, drops planted, which catalog imports');
  });

  test('a weak reference to an output that went', () => {
    const network = omit(before['network'] as TemplateJson, 'Outputs');
    expect(refusalsOf(before, { ...before, network }, PREFIX)).toContainEqual(
      expect.stringMatching(/^access reads shop-live-network\..*, which is not there$/),
    );
  });
});
