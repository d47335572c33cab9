import {
  dynamodb,
  iam,
  parseTier,
  postgres,
  rdsProxy,
  shardedPostgres,
  type ServiceConfig,
  type TierDefinition,
} from '../../lib/definition';
import { refuseWhatNeverFits } from '../../lib/inventory';
import { longest, policySizes } from '../support/policy-sizes';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

type Stores = Parameters<typeof parseTier>[0];

const range = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const ONE_EACH = { processes: 1, poolMax: 1 } as const;

/** A service that may ask for tokens. */
const tokens = (uses: ServiceConfig['uses']): ServiceConfig => ({
  uses,
  principal: 'arn:aws:iam::111122223333:role/apps',
  authentication: iam(),
  connections: ONE_EACH,
});

const tierOf = (stores: Stores, services: Readonly<Record<string, ServiceConfig>>): TierDefinition =>
  parseTier({
    name: 'shop',
    stages: { dev: { profile: 'disposable', env: { account: '111122223333', region: 'ap-southeast-1' } } },
    stores,
    services,
  });

const sharded = (shards: number) => ({
  posts: shardedPostgres({ shardKey: 'id', shards, pooling: rdsProxy({ maxConnectionsPercent: 60 }) }),
});

const byToken = (services: number, shards: number, length = 10): TierDefinition =>
  tierOf(
    sharded(shards),
    Object.fromEntries(range(services, 's'.repeat(length)).map((name) => [name, tokens({ posts: 'write' })])),
  );

/** What is said of a tier that never fits; nothing of one that does. */
function faultsOf(tier: TierDefinition): readonly string[] {
  try {
    refuseWhatNeverFits(tier);
    return [];
  } catch (error) {
    const { faults } = (error as { details: { faults: readonly { path: string; message: string }[] } }).details;
    return faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('35 services that log in to ten pooled shards by IAM, with names as long as they may be', () => {
  const tier = byToken(35, 10, 25);
  const templates = templatesOf(tier);

  test('fit, each policy of each role', () => {
    expect(faultsOf(tier)).toEqual([]);
    const sizes = policySizes(templates);
    for (const { role, inline, managed } of sizes) {
      expect([role, inline <= 10_240, managed.filter((size) => size > 6_144)]).toEqual([role, true, []]);
      expect(managed.length).toBeLessThanOrEqual(10);
    }
    const ofProxies = sizes.find(({ role }) => role.startsWith('posts-pooling-s0/'));
    // All 350 logins of proxies are somewhere.
    expect((ofProxies?.inline ?? 0) + (ofProxies?.managed ?? []).reduce((sum, size) => sum + size, 0)).toBeGreaterThan(
      350 * 100,
    );
    expect(ofProxies?.managed.length).toBeGreaterThan(3);
  });

  test('and a proxy waits for all of its role’s policies', () => {
    const managed = resourcesOf(templates, 'AWS::IAM::ManagedPolicy').filter(({ stack }) => stack.includes('pooling'));
    for (const { DependsOn } of resourcesOf(templates, 'AWS::RDS::DBProxy'))
      expect(DependsOn).toEqual(expect.arrayContaining(managed.map(({ id }) => id)));
  });

  test('one more is refused at the store’s pooling', () => {
    expect(faultsOf(byToken(36, 10))).toEqual([
      'stores.posts.pooling: got 36 services by iam(), 360 logins for the role of proxies that share a stack, allowed: up to 350; let some use password()',
    ]);
  });
});

test('a service that logs in to 350 servers by IAM fits, one more is refused at its authentication', () => {
  expect(faultsOf(byToken(1, 350))).toEqual([]);
  expect(faultsOf(byToken(1, 351))).toEqual([
    'services.ssssssssss0.authentication: got iam() on 351 servers, allowed: up to 350, which is what the policies of one role can name; use password(), or make services of their own for some of the stores',
  ]);
});

test('more names of servers than the template of access can hold are refused; it is smaller than it was taken to be', () => {
  const [fault, ...others] = faultsOf(byToken(12, 300));
  expect(fault).toMatch(
    /^services: got 12 services by iam\(\) on so many servers that the template of access would take 1\d{6} bytes, CloudFormation takes 1000000; let some use password\(\)$/,
  );
  expect(others).toEqual([]);
  const { access } = templatesOf(byToken(8, 40));
  const logins = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => resourcesOf({ access: access as NonNullable<typeof access> }, type))
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: { Action: unknown }[] }).Statement)
    .filter(({ Action }) => Action === 'rds-db:connect');
  const bytesOfLogins = JSON.stringify(logins).length;
  expect(bytesOfLogins).toBeGreaterThan(8 * 40 * 200);
  expect(bytesOfLogins).toBeLessThan(8 * 40 * (250 + 11 + 2 * 'shop-dev-posts'.length));
});

test('more uses of stores than the stack of access has room for are refused where services are', () => {
  const stores = Object.fromEntries(range(12, 'db').map((name) => [name, postgres()]));
  const uses = Object.fromEntries(Object.keys(stores).map((name) => [name, 'write'] as const));
  const services = (count: number) =>
    Object.fromEntries(range(count, 'svc').map((name) => [name, { uses, connections: ONE_EACH }]));
  const most = tierOf(stores, services(10));
  expect(faultsOf(most)).toEqual([]);
  expect(Object.keys(templatesOf(most)['access']?.Resources ?? {}).length).toBeLessThanOrEqual(500);
  const [fault, ...others] = faultsOf(tierOf(stores, services(14)));
  expect(fault).toMatch(
    /^services: got 168 uses of stores by services, each with a secret or rules of its own: stack shop-dev-access would have \d+ resources, CloudFormation takes 500; let services use fewer stores, or make two tiers of them$/,
  );
  expect(others).toEqual([]);
});

test('more outputs than the template of access can have are refused', () => {
  const pooled = (services: number): TierDefinition =>
    tierOf(
      { one: postgres({ pooling: rdsProxy() }), two: postgres({ pooling: rdsProxy() }) },
      Object.fromEntries(
        range(services, 'svc').map((name, index) => [
          name,
          {
            uses: { [index % 2 === 0 ? 'one' : 'two']: 'write' },
            principal: 'arn:aws:iam::111122223333:role/apps',
            connections: ONE_EACH,
          },
        ]),
      ),
    );
  const most = pooled(45);
  expect(faultsOf(most)).toEqual([]);
  const outputs = Object.keys(templatesOf(most)['access']?.Outputs ?? {}).length;
  expect(outputs).toBeGreaterThan(4 * 45);
  expect(outputs).toBeLessThanOrEqual(4 * 45 + 20);
  expect(faultsOf(pooled(46))).toEqual([
    'services: got 46 services, for which the stack of access would have 204 outputs, CloudFormation takes 200; let fewer use stores with pooling, or make two tiers of them',
  ]);
});

test('parts of the topology that no parameter holds are refused, whoever makes them long', () => {
  const name = (index: number, length: number): string => `s${index}`.padEnd(length, 'x');
  const crowd = (services: number, length: number): TierDefinition =>
    tierOf(
      { main: postgres() },
      Object.fromEntries(
        Array.from({ length: services }, (_, index) => [
          name(index, length),
          { uses: { main: 'read' }, connections: ONE_EACH },
        ]),
      ),
    );
  const fitting = crowd(40, 20);
  expect(faultsOf(fitting)).toEqual([]);
  for (const { Properties } of resourcesOf(templatesOf(fitting), 'AWS::SSM::Parameter'))
    expect(String(longest(Properties['Value'] as string)).length).toBeLessThanOrEqual(8_192);
  expect(faultsOf(crowd(60, 20))).toEqual([
    'stores.main: got 60 services that use it, whose secrets take 10740 characters of the parameter that names them, allowed: up to 8192; let fewer services use it, or shorten their names',
  ]);
  const wide = dynamodb({
    partitionKey: 'id',
    indexes: Object.fromEntries(range(20, 'i'.repeat(120)).map((index) => [index, { partitionKey: 'k'.repeat(200) }])),
  });
  expect(faultsOf(tierOf({ wide }, {}))).toEqual([
    expect.stringMatching(/^stores\.wide\.indexes: got indexes whose names and keys take \d+ characters/),
  ]);
});

test('a tier that never fits is refused before anything of it is synthesized', () => {
  expect(() => templatesOf(byToken(36, 10))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
