import consumers from '../../examples/consumers.config';
import instagram from '../../examples/instagram.config';
import rangesAndTenants from '../../examples/ranges-and-tenants.config';
import {
  autoscaled,
  clusterMode,
  existingGroup,
  existingVpc,
  parseTier,
  postgres,
  rdsProxy,
  serverless,
  serverlessCache,
  shardedPostgres,
  iam,
  valkey,
} from '../../lib/definition';
import { stackName } from '../../lib/definition/names/stacks';
import { otherRegions } from '../../lib/definition/regions/tier-in-region';
import { countResources, inventoryOf, RESOURCE_TYPES, type ResourceType } from '../../lib/inventory';
import { neededQuotas } from '../../lib/quota';
import { AWAY_TIER, awayTier, awayTierIn, GLOBAL_TIER, globalTier, vpcThere } from '../support/away-tier';
import { blogTier, shardNames } from '../support/blog-tier';
import { clusterTier } from '../support/cluster-tier';
import { tableTier } from '../support/table-tier';
import { ESTATE, estateTier } from '../support/estate-tier';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

type Templates = Record<string, TemplateJson>;

/** Every stack's resources by type, as its template has them. */
const countTemplates = (templates: Templates) =>
  Object.fromEntries(
    Object.entries(templates).map(([stack, { Resources }]) => {
      const counts: Record<string, number> = {};
      for (const { Type } of Object.values(Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
      return [stack, counts];
    }),
  );

/** A security group by its stack and logical id, whichever way a template names it. */
function groupOf(templates: Templates, stack: string, reference: unknown): string {
  const { 'Fn::GetAtt': local, 'Fn::GetStackOutput': output } = reference as {
    'Fn::GetAtt'?: [string, string];
    'Fn::GetStackOutput'?: { StackName: string; OutputName: string };
  };
  if (local) return `${stack}/${local[0]}`;
  const name = output?.OutputName ?? '';
  const producer = Object.keys(templates).find(
    (each) => output?.StackName.endsWith(`-${each}`) && templates[each]?.Outputs?.[name],
  );
  const value = producer && templates[producer]?.Outputs?.[name]?.Value;
  return producer && value ? groupOf(templates, producer, value) : JSON.stringify(reference);
}

/** Rules of the fullest group in one direction, written inline and on their own. */
function fullest(templates: Templates, direction: 'Ingress' | 'Egress'): number {
  const rules = new Map<string, number>();
  const add = (group: string, count: number): void => void rules.set(group, (rules.get(group) ?? 0) + count);
  for (const { stack, id, Properties } of resourcesOf(templates, 'AWS::EC2::SecurityGroup')) {
    const inline = Properties[`SecurityGroup${direction}`] as readonly unknown[] | undefined;
    add(`${stack}/${id}`, inline?.length ?? 0);
  }
  for (const { stack, Properties } of resourcesOf(templates, `AWS::EC2::SecurityGroup${direction}`)) {
    add(groupOf(templates, stack, Properties['GroupId']), 1);
  }
  return Math.max(...rules.values());
}

const tiers = {
  'the example, disposable': blogTier('dev'),
  'the example, protected': blogTier('prod'),
  'tables, disposable': tableTier('dev'),
  'tables, protected': tableTier('prod'),
  'documents and graphs, disposable': clusterTier('dev'),
  'documents and graphs, protected': clusterTier('prod'),
  'one shard': blogTier('dev', { shards: ['s0'] }),
  'sixty shards, protected': blogTier('prod', { shards: shardNames(60) }),
  'many services and no shards': parseTier({
    name: 'shop',
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: { orders: postgres({ replicas: 3 }), stock: postgres(), ledger: postgres({ class: 'm7g.large' }) },
    services: Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [
        `service${index}`,
        { uses: { orders: 'write', ...(index % 2 === 0 && { stock: 'read' }) } },
      ]),
    ),
  }),
  'an estate, with keys of its own': estateTier(),
  'an estate, with ways to AWS that the kit makes, and alarms': estateTier({
    createEndpoints: true,
    legacy: { primary: { identifier: 'legacy-1', class: 'r6g.large' }, r1: { identifier: 'legacy-2' } },
  }),
  'an estate, with the kit’s keys': estateTier({ withoutKeys: true }),
  'pools, serverless servers and readers by their CPU': parseTier({
    name: 'wide',
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: {
      main: postgres({ pooling: rdsProxy(), storage: { sizeGiB: 400, type: 'io1', iops: 4000 } }),
      posts: shardedPostgres({
        shardKey: 'id',
        shards: { s0: {}, s1: { class: 'r8g.large', readers: 3 }, s10: { readers: autoscaled({ min: 2, max: 5 }) } },
        capacity: serverless({ minAcu: 1, maxAcu: 8 }),
        storageType: 'ioOptimized',
        pooling: rdsProxy({ reads: 'pooled' }),
      }),
    },
    services: { web: { uses: { main: 'write', posts: 'write' } }, jobs: { uses: { posts: 'read' } } },
  }),
  'ranges and a key directory': parseTier(rangesAndTenants),
  'consumers of several accounts': parseTier(consumers, { stage: 'live' }),
  'consumers of an estate, by proxies': parseTier({
    name: 'wide',
    stages: {
      live: {
        profile: 'disposable',
        zones: ESTATE.zones.slice(0, 2),
        network: existingVpc({
          vpcId: ESTATE.vpcId,
          dataSubnetIds: ESTATE.subnetIds.slice(0, 2),
          endpoints: 'provided',
        }),
      },
    },
    stores: { main: postgres({ pooling: rdsProxy() }), posts: shardedPostgres({ shardKey: 'id', shards: 1 }) },
    services: {
      near: { uses: { main: 'write', posts: 'read' }, client: existingGroup(ESTATE.securityGroupId) },
      far: { uses: { main: 'read' }, client: existingGroup('sg-1a1b2c3d', { account: '777788889999' }) },
      idle: { uses: {}, principal: 'arn:aws:iam::777788889999:root' },
    },
  }),
  'replicas in another region': awayTier(),
  'replicas in another region, in a VPC that is there': awayTierIn(vpcThere),
  'copies of shards in another region': globalTier(),
  'copies of shards beside replicas in another region': globalTier({
    stores: { ...GLOBAL_TIER.stores, main: AWAY_TIER.stores.main },
  }),
  'caches of every shape, protected': parseTier({
    name: 'fast',
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: {
      sessions: valkey(),
      feeds: valkey({ engine: 'redis', shape: clusterMode({ shards: 3, replicas: 2 }) }),
      pages: valkey({ shape: serverlessCache({ dataGb: { max: 10 } }) }),
    },
    services: {
      sweep: {
        uses: { sessions: 'read', pages: 'write' },
        principal: 'arn:aws:iam::111122223333:role/jobs',
        authentication: iam(),
      },
      web: { uses: { sessions: 'write', feeds: 'read' } },
      jobs: { uses: { pages: 'write' } },
    },
  }),
  'a cache beside a database, disposable': parseTier({
    name: 'fast',
    stages: { dev: { profile: 'disposable' } },
    stores: { main: postgres(), sessions: valkey() },
    services: { web: { uses: { main: 'write', sessions: 'write' } } },
  }),
  'databases and caches of a network of people': parseTier(instagram, { stage: 'live' }),
  'no service at all': parseTier({
    name: 'lone',
    stages: { here: { profile: 'disposable' } },
    stores: { orders: shardedPostgres({ shardKey: 'id', shards: { s3: {}, s11: { class: 'r7g.large' } } }) },
  }),
};

/** A server of a copy has its region before its letter. */
const nameIn = (region: string | undefined, name: string): string =>
  region === undefined ? name : name.replace(/^(s\d+)-([a-p])$/, `$1-${region}-$2`);

/** How many each cache of nodes has. */
const nodesOf = (own: ReturnType<typeof templatesOf>): readonly number[] =>
  resourcesOf(own, 'AWS::ElastiCache::ReplicationGroup').map(({ Properties: of }) =>
    Number(of['NumCacheClusters'] ?? Number(of['NumNodeGroups']) * (1 + Number(of['ReplicasPerNodeGroup']))),
  );

describe.each(Object.entries(tiers))('the inventory of %s', (_name, tier) => {
  const inventory = inventoryOf(tier);
  const templates = templatesOf(tier);
  const prefix = `${stackName(tier)}-`;

  it('equals the templates, stack by stack and type by type', () => {
    const stacks = [...new Set(inventory.groups.map(({ stack }) => stack))];
    const counted = Object.fromEntries(
      stacks.map((stack) => [
        stack.slice(prefix.length),
        countResources(inventory.groups, (group) => group.stack === stack),
      ]),
    );
    expect(counted).toEqual(countTemplates(templates));
  });

  it('names every server with its class, and says which have a standby and storage of their own', () => {
    const synthesized = resourcesOf(templates, 'AWS::RDS::DBInstance').map(({ Properties }) => ({
      identifier: Properties['DBInstanceIdentifier'],
      class: Properties['DBInstanceClass'],
      engine: Properties['DBClusterIdentifier'] === undefined ? 'postgres' : 'aurora-postgres',
      deployment: Properties['MultiAZ'] === true ? 'multi-az' : 'single-az',
      // A replica takes its primary's size.
      ...(Properties['AllocatedStorage'] !== undefined && { storageGiB: Number(Properties['AllocatedStorage']) }),
    }));
    const counted = inventory.servers.map(({ store, name, ...server }) => ({
      identifier: `${prefix}${store}-${nameIn(server.region, name)}`,
      class: `db.${server.class}`,
      engine: server.engine,
      deployment: server.deployment,
      ...(name === 'primary' && { storageGiB: server.storage?.sizeGiB }),
    }));
    const byIdentifier = (a: { identifier: unknown }, b: { identifier: unknown }): number =>
      String(a.identifier).localeCompare(String(b.identifier));
    expect(counted.sort(byIdentifier)).toEqual(synthesized.sort(byIdentifier));
  });

  it('leads to the quotas that the templates need, in each region', () => {
    const regions = [undefined, ...otherRegions(tier)];
    for (const region of regions) {
      const own = Object.fromEntries(
        Object.entries(templates).filter(([stack]) =>
          region === undefined ? !otherRegions(tier).some((other) => stack.endsWith(other)) : stack.endsWith(region),
        ),
      );
      const count = (type: ResourceType): number => resourcesOf(own, type).length;
      const ofEngines = (
        kind: 'DBCluster' | 'DBClusterParameterGroup' | 'DBInstance' | 'DBSubnetGroup' | 'EventSubscription',
      ): number => count(`AWS::RDS::${kind}`) + count(`AWS::DocDB::${kind}`) + count(`AWS::Neptune::${kind}`);
      const endpoints = (type: string): number =>
        resourcesOf(own, 'AWS::EC2::VPCEndpoint').filter(({ Properties }) => Properties['VpcEndpointType'] === type)
          .length;
      const copies = resourcesOf(templates, 'AWS::SecretsManager::Secret')
        .flatMap(({ Properties }) => (Properties['ReplicaRegions'] ?? []) as readonly { readonly Region: string }[])
        .filter((copy) => copy.Region === region).length;
      const needs = Object.fromEntries(
        neededQuotas(tier)
          .filter((need) => need.region === region)
          .map(({ quota, needed }) => [quota, needed]),
      );
      const counted = {
        dbInstances: ofEngines('DBInstance'),
        dbClusters: ofEngines('DBCluster'),
        dbSubnetGroups: ofEngines('DBSubnetGroup'),
        dbParameterGroups: count('AWS::RDS::DBParameterGroup'),
        dbClusterParameterGroups: ofEngines('DBClusterParameterGroup'),
        eventSubscriptions: ofEngines('EventSubscription'),
        dbProxies: count('AWS::RDS::DBProxy'),
        cacheNodes: nodesOf(own).reduce((sum, nodes) => sum + nodes, 0),
        nodesOfOneCache: Math.max(0, ...nodesOf(own)),
        serverlessCaches: count('AWS::ElastiCache::ServerlessCache'),
        cacheSubnetGroups: count('AWS::ElastiCache::SubnetGroup'),
        cacheParameterGroups: count('AWS::ElastiCache::ParameterGroup'),
        cacheUsers: count('AWS::ElastiCache::User'),
        cacheUserGroups: count('AWS::ElastiCache::UserGroup'),
        usersOfOneGroup: Math.max(
          0,
          ...resourcesOf(own, 'AWS::ElastiCache::UserGroup').map(
            ({ Properties }) => (Properties['UserIds'] as readonly unknown[]).length,
          ),
        ),
        vpcs: count('AWS::EC2::VPC'),
        interfaceEndpoints: endpoints('Interface'),
        gatewayEndpoints: endpoints('Gateway'),
        alarms: count('AWS::CloudWatch::Alarm'),
        securityGroups: count('AWS::EC2::SecurityGroup'),
        inboundRules: fullest(own, 'Ingress'),
        outboundRules: fullest(own, 'Egress'),
        secrets: count('AWS::SecretsManager::Secret') + copies,
        keys: count('AWS::KMS::Key'),
        tables: count('AWS::DynamoDB::Table') + count('AWS::DynamoDB::GlobalTable'),
        parameters: count('AWS::SSM::Parameter'),
        stacks: Object.keys(own).length,
        resources: Math.max(...Object.values(own).map(({ Resources }) => Object.keys(Resources).length)),
      };
      // Of another region only what is there.
      const wanted = Object.entries(counted).filter(([, needed]) => region === undefined || needed > 0);
      expect(needs).toEqual(Object.fromEntries(wanted));
    }
  });
});

test('every type that is listed is in some template', () => {
  const found = new Set(Object.values(tiers).flatMap((tier) => Object.keys(countResources(inventoryOf(tier).groups))));
  expect([...found].sort()).toEqual([...RESOURCE_TYPES].sort());
});
