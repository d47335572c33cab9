import { auroraPostgresHour, HOURS_A_MONTH, postgresHour, PRICES, UNKNOWN_PRICE, type Price } from '../catalog';
import type { ResourceCounts, ResourceType, Server } from '../inventory';
import type { CostLine } from './cost-estimate';

/** What a part of a tier has. */
export interface BilledPart {
  readonly resources: ResourceCounts;
  readonly servers: readonly Server[];
}

/** How AWS bills a type of resource: not at all, or by lines for `count` of them. */
export type Billing =
  { readonly free: string } | { readonly lines: (count: number, part: BilledPart) => readonly CostLine[] };

/** Storage of an Aurora cluster at birth, in GiB: it grows in steps of this size. */
export const AURORA_STORAGE_AT_BIRTH_GIB = 10;

/** A type without a row does not compile. */
export const BILLING: Readonly<Record<ResourceType, Billing>> = {
  'AWS::DynamoDB::Table': {
    lines: (count) => [
      byUse('DynamoDB storage', 'AWS::DynamoDB::Table', count, PRICES.tableStorage),
      byUse('DynamoDB point-in-time recovery', 'AWS::DynamoDB::Table', count, PRICES.tableRecovery),
      byUse('DynamoDB reads on demand', 'AWS::DynamoDB::Table', count, PRICES.tableReads),
      byUse('DynamoDB writes on demand', 'AWS::DynamoDB::Table', count, PRICES.tableWrites),
    ],
  },
  'AWS::EC2::FlowLog': { free: 'its log group is billed' },
  'AWS::EC2::RouteTable': { free: 'no charge' },
  'AWS::EC2::SecurityGroup': { free: 'no charge' },
  'AWS::EC2::SecurityGroupEgress': { free: 'no charge' },
  'AWS::EC2::SecurityGroupIngress': { free: 'no charge' },
  'AWS::EC2::Subnet': { free: 'no charge' },
  'AWS::EC2::SubnetRouteTableAssociation': { free: 'no charge' },
  'AWS::EC2::VPC': { free: 'no charge' },
  'AWS::IAM::Policy': { free: 'no charge' },
  'AWS::IAM::Role': { free: 'no charge' },
  'AWS::KMS::Alias': { free: 'no charge' },
  'AWS::KMS::Key': {
    lines: (count) => [
      byTime('KMS key', 'AWS::KMS::Key', count, count, PRICES.key),
      byUse('KMS requests', 'AWS::KMS::Key', count, PRICES.keyRequests),
    ],
  },
  'AWS::Logs::LogGroup': {
    lines: (count) => [
      byUse('logs written', 'AWS::Logs::LogGroup', count, PRICES.logsIngested),
      byUse('logs kept', 'AWS::Logs::LogGroup', count, PRICES.logsStored),
    ],
  },
  'AWS::RDS::DBCluster': {
    lines: (count) => [
      byTime('Aurora storage', 'AWS::RDS::DBCluster', count, count * AURORA_STORAGE_AT_BIRTH_GIB, PRICES.auroraStorage),
      byUse('Aurora I/O requests', 'AWS::RDS::DBCluster', count, PRICES.auroraRequests),
      byUse('Aurora backups beyond the size of the cluster', 'AWS::RDS::DBCluster', count, PRICES.auroraBackup),
    ],
  },
  'AWS::RDS::DBClusterParameterGroup': { free: 'no charge' },
  'AWS::RDS::DBInstance': { lines: (_count, { servers }) => [...instanceLines(servers), ...storageLines(servers)] },
  'AWS::RDS::DBParameterGroup': { free: 'no charge' },
  'AWS::RDS::DBSubnetGroup': { free: 'no charge' },
  'AWS::SSM::Parameter': {
    lines: (count) => [byUse('SSM parameters above 4 KB', 'AWS::SSM::Parameter', count, PRICES.advancedParameter)],
  },
  'AWS::SecretsManager::Secret': {
    lines: (count) => [
      byTime('secret', 'AWS::SecretsManager::Secret', count, count, PRICES.secret),
      byUse('calls of Secrets Manager', 'AWS::SecretsManager::Secret', count, PRICES.secretCalls),
    ],
  },
  'AWS::SecretsManager::SecretTargetAttachment': { free: 'no charge' },
};

const DEPLOYMENT_NAMES = { 'single-az': 'Single-AZ', 'multi-az': 'Multi-AZ' } as const;

/** A line a class and deployment, in the order in which they first appear. */
function instanceLines(servers: readonly Server[]): readonly CostLine[] {
  return groupBy(servers, ({ engine, class: name, deployment }) => [engine, name, deployment].join()).map((alike) => {
    const [{ engine, class: name, deployment }] = alike;
    const [item, price] =
      engine === 'postgres'
        ? [`db.${name}, ${DEPLOYMENT_NAMES[deployment]}`, postgresHour(name, deployment)]
        : [`db.${name}, Aurora`, auroraPostgresHour(name)];
    return byTime(item, 'AWS::RDS::DBInstance', alike.length, alike.length * HOURS_A_MONTH, price);
  });
}

/** Storage of servers that have their own; a standby stores everything once more, which its price includes. */
function storageLines(servers: readonly Server[]): readonly CostLine[] {
  const storing = servers.filter(({ storageGiB }) => storageGiB !== undefined);
  const lines = groupBy(storing, ({ deployment }) => deployment).map((alike) => {
    const [{ deployment }] = alike;
    const sizeGiB = alike.reduce((sum, { storageGiB = 0 }) => sum + storageGiB, 0);
    const price = deployment === 'single-az' ? PRICES.gp3SingleAz : PRICES.gp3MultiAz;
    return byTime(`gp3 storage, ${DEPLOYMENT_NAMES[deployment]}`, 'AWS::RDS::DBInstance', alike.length, sizeGiB, price);
  });
  if (storing.length === 0) return [];
  return [
    ...lines,
    byUse('backups beyond the size of the storage', 'AWS::RDS::DBInstance', storing.length, PRICES.rdsBackup),
  ];
}

function byTime(item: string, resource: ResourceType, resources: number, quantity: number, price: Price): CostLine {
  return { item, resource, resources, billedBy: 'time', quantity, ...priced(quantity, price) };
}

/** Nothing of it is used in an estimate: the line is there for its price. */
function byUse(item: string, resource: ResourceType, resources: number, price: Price): CostLine {
  return { item, resource, resources, billedBy: 'use', quantity: 0, ...priced(0, price), monthlyUsd: 0 };
}

function priced(
  quantity: number,
  { usd, unit, from }: Price,
): Pick<CostLine, 'unit' | 'usdPerUnit' | 'monthlyUsd' | 'source' | 'date'> {
  return {
    unit,
    usdPerUnit: usd,
    monthlyUsd: usd === UNKNOWN_PRICE ? UNKNOWN_PRICE : toCents(quantity * usd),
    ...(from && { source: from.name, date: from.date }),
  };
}

/** To the cent, so that a total is the sum of what is shown. */
export const toCents = (usd: number): number => Math.round(usd * 100) / 100;

function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return [...groups.values()];
}
