import { QUOTAS, type Quota, type QuotaName } from '../catalog';
import type { TierDefinition } from '../definition';
import { inRegion, otherRegions } from '../definition/regions/tier-in-region';
import { countResources, regionInventory, type Inventory, type ResourceType } from '../inventory';

/** How much of a quota a stage needs, and what an account has that never asked for more. */
export interface QuotaNeed {
  readonly quota: QuotaName;
  /** What is counted, in the plural. */
  readonly label: string;
  /** By this stage alone: the account may hold more. */
  readonly needed: number;
  readonly default: number;
  readonly per: Quota['per'];
  /** Where it counts, if that is another region than the stage's own. */
  readonly region?: string;
  /** Whether AWS raises it on request. */
  readonly adjustable: boolean;
  /** Where the default was read. */
  readonly source: string;
}

const ofType =
  (type: ResourceType) =>
  ({ groups }: Inventory): number =>
    countResources(groups)[type] ?? 0;

/**
 * DocumentDB and Neptune share the quotas of RDS.
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html (regional limits)
 */
const ofFamily =
  (type: 'DBInstance' | 'DBCluster' | 'DBSubnetGroup' | 'DBClusterParameterGroup' | 'EventSubscription') =>
  (inventory: Inventory): number =>
    (['RDS', 'DocDB', 'Neptune'] as const).reduce(
      (count, service) => count + ofType(`AWS::${service}::${type}`)(inventory),
      0,
    );

/** A quota without a row does not compile. */
const NEEDS: Readonly<Record<QuotaName, (inventory: Inventory) => number>> = {
  dbInstances: ofFamily('DBInstance'),
  dbClusters: ofFamily('DBCluster'),
  dbSubnetGroups: ofFamily('DBSubnetGroup'),
  dbParameterGroups: ofType('AWS::RDS::DBParameterGroup'),
  dbClusterParameterGroups: ofFamily('DBClusterParameterGroup'),
  eventSubscriptions: ofFamily('EventSubscription'),
  dbProxies: ofType('AWS::RDS::DBProxy'),
  cacheNodes: ({ nodes }) => nodes.length,
  nodesOfOneCache: ({ nodes }) => most(Object.values(countBy(nodes.map(({ store }) => store)))),
  serverlessCaches: ofType('AWS::ElastiCache::ServerlessCache'),
  cacheSubnetGroups: ofType('AWS::ElastiCache::SubnetGroup'),
  cacheParameterGroups: ofType('AWS::ElastiCache::ParameterGroup'),
  cacheUsers: ofType('AWS::ElastiCache::User'),
  cacheUserGroups: ofType('AWS::ElastiCache::UserGroup'),
  usersOfOneGroup: ({ groups }) => most(groups.map(({ resources }) => resources['AWS::ElastiCache::User'] ?? 0)),
  vpcs: ofType('AWS::EC2::VPC'),
  securityGroups: ofType('AWS::EC2::SecurityGroup'),
  interfaceEndpoints: ({ interfaceEndpoints }) => interfaceEndpoints,
  gatewayEndpoints: (inventory) => ofType('AWS::EC2::VPCEndpoint')(inventory) - inventory.interfaceEndpoints,
  inboundRules: ({ fullestGroups }) => fullestGroups.inboundRules,
  outboundRules: ({ fullestGroups }) => fullestGroups.outboundRules,
  alarms: ofType('AWS::CloudWatch::Alarm'),
  // A copy counts in the region that it is in.
  secrets: (inventory) =>
    ofType('AWS::SecretsManager::Secret')(inventory) + sum(Object.values(inventory.copiedSecrets)),
  keys: ofType('AWS::KMS::Key'),
  tables: (inventory) => ofType('AWS::DynamoDB::Table')(inventory) + ofType('AWS::DynamoDB::GlobalTable')(inventory),
  parameters: ofType('AWS::SSM::Parameter'),
  stacks: ({ groups }) => stacksOf(groups).length,
  resources: ({ groups }) =>
    most(stacksOf(groups).map((stack) => sum(Object.values(countResources(groups, (group) => group.stack === stack))))),
};

const stacksOf = (groups: Inventory['groups']): readonly string[] => [...new Set(groups.map(({ stack }) => stack))];

/**
 * What a stage needs of every quota that it may run into, against AWS's defaults in its region; then what it needs in each other region, as far as
 * it has something there. Pure.
 */
export function neededQuotas(tier: TierDefinition): readonly QuotaNeed[] {
  return [
    ...needsIn(tier),
    ...otherRegions(tier).flatMap((region) =>
      needsIn(inRegion(tier, region))
        .filter(({ needed }) => needed > 0)
        .map((need) => ({ ...need, region })),
    ),
  ];
}

function needsIn(tier: TierDefinition): readonly QuotaNeed[] {
  const inventory = regionInventory(tier);
  return (Object.keys(QUOTAS) as QuotaName[]).map((name) => {
    const quota: Quota = QUOTAS[name];
    return {
      quota: name,
      label: quota.label,
      needed: NEEDS[name](inventory),
      default: defaultIn(quota, tier.stage.env?.region),
      per: quota.per,
      adjustable: quota.adjustable,
      source: quota.source,
    };
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** The greatest; 0 of none. */
const most = (counts: readonly number[]): number => Math.max(0, ...counts);

const countBy = (names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]));

/** Those that an account which never asked for more can't give. */
export const exceededQuotas = (needs: readonly QuotaNeed[]): readonly QuotaNeed[] =>
  needs.filter((need) => need.needed > need.default);

/** `300 DB clusters are needed, the default quota is 40 a region: ask AWS for more before deploying`. */
export function renderQuotaWarning({ label, needed, default: allowed, per, adjustable, region }: QuotaNeed): string {
  const way = adjustable ? 'ask AWS for more before deploying' : 'AWS does not raise it: split the tier';
  const where = region === undefined ? '' : ` in ${region}`;
  return `${needed} ${label} are needed${where}, the default quota is ${allowed} a ${per}: ${way}`;
}

function defaultIn(quota: Quota, region: string | undefined): number {
  return (region !== undefined && quota.exceptions?.[region]) || quota.default;
}
