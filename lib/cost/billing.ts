import {
  auroraPostgresHour,
  HOURS_A_MONTH,
  INSTANCE_CLASSES,
  IO_OPTIMIZED_MULTIPLIER,
  postgresHour,
  PRICES,
  UNKNOWN_PRICE,
  type CacheEngine,
  type Price,
} from '../catalog';
import type { DocumentDbDefinition, DynamoDbDefinition, NeptuneDefinition } from '../definition';
import type { Node, ResourceCounts, ResourceType, Server } from '../inventory';
import { byTime, byUse, groupBy } from './billed-lines';
import { replicationGroupLines, serverlessCacheLines } from './cache-billing';
import {
  documentClusterLines,
  documentServerLines,
  elasticLines,
  graphClusterLines,
  graphServerLines,
} from './cluster-billing';
import type { CostLine } from './cost-estimate';
import { DEPLOYMENT_NAMES, storageLines } from './storage-billing';
import { tableLines } from './table-billing';

/** What a part of a tier has. */
export interface BilledPart {
  readonly resources: ResourceCounts;
  readonly servers: readonly Server[];
  readonly nodes: readonly Node[];
  /** Engine of its cache, where it has one that grows by itself. */
  readonly serverlessEngine?: CacheEngine;
  /** What it is, where it is a table. */
  readonly table?: DynamoDbDefinition;
  /** What it is, where it holds documents. */
  readonly documents?: DocumentDbDefinition;
  /** What it is, where it is a graph. */
  readonly graph?: NeptuneDefinition;
  /** Copies of its secrets in other regions. */
  readonly copiedSecrets: number;
  /** Interface endpoints by the zones that each stands in, added up. */
  readonly endpointZones: number;
}

/** How AWS bills a type of resource: not at all, or by lines for `count` of them. */
export type Billing =
  { readonly free: string } | { readonly lines: (count: number, part: BilledPart) => readonly CostLine[] };

/** Storage of an Aurora cluster at birth, in GiB: it grows in steps of this size. */
export const AURORA_STORAGE_AT_BIRTH_GIB = 10;

/** How a serverless server that pauses is reckoned with: somebody works with it for four hours on twenty days, and it has one ACU then. */
export const AWAKE = { hours: 80, acu: 1 } as const;

/** A type without a row does not compile. */
export const BILLING: Readonly<Record<ResourceType, Billing>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    free: 'readers that Aurora adds are billed as servers, while they are there',
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': { free: 'no charge' },
  'AWS::CloudWatch::Alarm': {
    lines: (count) => [byTime('alarm', 'AWS::CloudWatch::Alarm', count, count, PRICES.alarm)],
  },
  'AWS::CloudWatch::CompositeAlarm': {
    lines: (count) => [
      byTime('alarm that gathers others', 'AWS::CloudWatch::CompositeAlarm', count, count, PRICES.compositeAlarm),
    ],
  },
  'AWS::CloudWatch::Dashboard': {
    lines: (count) => [byTime('dashboard', 'AWS::CloudWatch::Dashboard', count, count, PRICES.dashboard)],
  },
  'AWS::DocDB::DBCluster': { lines: documentClusterLines },
  'AWS::DocDB::DBClusterParameterGroup': { free: 'no charge' },
  'AWS::DocDB::DBInstance': { lines: (count, { documents }) => documentServerLines(count, documents) },
  'AWS::DocDB::DBSubnetGroup': { free: 'no charge' },
  'AWS::DocDB::EventSubscription': { free: 'no charge' },
  'AWS::DocDBElastic::Cluster': { lines: (count, { documents }) => elasticLines(count, documents) },
  'AWS::DynamoDB::GlobalTable': { lines: (count, { table }) => tableLines(count, table) },
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
  'AWS::EC2::VPCEndpoint': {
    lines: (count, { endpointZones }) => [
      byTime('interface endpoint', 'AWS::EC2::VPCEndpoint', count, endpointZones * HOURS_A_MONTH, PRICES.endpointHour),
      byUse('traffic of interface endpoints', 'AWS::EC2::VPCEndpoint', count, PRICES.endpointTraffic),
    ],
  },
  'AWS::ElastiCache::ParameterGroup': { free: 'no charge' },
  'AWS::ElastiCache::ReplicationGroup': { lines: replicationGroupLines },
  'AWS::ElastiCache::ServerlessCache': { lines: serverlessCacheLines },
  'AWS::ElastiCache::SubnetGroup': { free: 'no charge' },
  'AWS::ElastiCache::User': { free: 'no charge' },
  'AWS::ElastiCache::UserGroup': { free: 'no charge' },
  'AWS::Events::Rule': { free: 'events of AWS services are free' },
  'AWS::IAM::Policy': { free: 'no charge' },
  'AWS::IAM::Role': { free: 'no charge' },
  'AWS::KMS::Alias': { free: 'no charge' },
  'AWS::KMS::Key': {
    lines: (count) => [
      byTime('KMS key', 'AWS::KMS::Key', count, count, PRICES.key),
      byUse('KMS requests', 'AWS::KMS::Key', count, PRICES.keyRequests),
    ],
  },
  'AWS::Lambda::EventInvokeConfig': { free: 'no charge' },
  'AWS::Lambda::Permission': { free: 'no charge' },
  'AWS::Lambda::Function': {
    lines: (count) => [byUse('Lambda, while it runs', 'AWS::Lambda::Function', count, PRICES.lambda)],
  },
  'AWS::Logs::LogGroup': {
    lines: (count) => [
      byUse('logs written', 'AWS::Logs::LogGroup', count, PRICES.logsIngested),
      byUse('logs kept', 'AWS::Logs::LogGroup', count, PRICES.logsStored),
    ],
  },
  'AWS::Neptune::DBCluster': { lines: graphClusterLines },
  'AWS::Neptune::DBClusterParameterGroup': { free: 'no charge' },
  'AWS::Neptune::DBInstance': { lines: (count, { graph }) => graphServerLines(count, graph) },
  'AWS::Neptune::DBSubnetGroup': { free: 'no charge' },
  'AWS::Neptune::EventSubscription': { free: 'no charge' },
  'AWS::RDS::DBCluster': {
    lines: (count, { servers }) => [
      ...(servers.some(({ clusterStorage }) => clusterStorage === 'ioOptimized')
        ? [clusterStorage('Aurora storage, I/O-optimized', count, PRICES.auroraStorageIoOptimized)]
        : [
            clusterStorage('Aurora storage', count, PRICES.auroraStorage),
            byUse('Aurora I/O requests', 'AWS::RDS::DBCluster', count, PRICES.auroraRequests),
          ]),
      byUse('Aurora backups beyond the size of the cluster', 'AWS::RDS::DBCluster', count, PRICES.auroraBackup),
    ],
  },
  'AWS::RDS::DBClusterParameterGroup': { free: 'no charge' },
  'AWS::RDS::DBInstance': {
    lines: (count, { servers }) => [
      ...instanceLines(servers),
      ...storageLines(servers),
      ...(servers.some(({ region }) => region !== undefined)
        ? [byUse('changes sent to another region', 'AWS::RDS::DBInstance', count, PRICES.trafficBetweenRegions)]
        : []),
    ],
  },
  'AWS::RDS::DBParameterGroup': { free: 'no charge' },
  'AWS::RDS::DBProxy': { lines: (count, { servers }) => [proxyLine(count, servers)] },
  'AWS::RDS::DBProxyEndpoint': {
    lines: (count) => [byTime('proxy endpoint', 'AWS::RDS::DBProxyEndpoint', count, count, UNKNOWN_ENDPOINT)],
  },
  'AWS::RDS::DBProxyTargetGroup': { free: 'no charge' },
  'AWS::RDS::DBSubnetGroup': { free: 'no charge' },
  'AWS::RDS::EventSubscription': { free: 'no charge' },
  'AWS::RDS::GlobalCluster': {
    lines: (count) => [
      byUse('Aurora writes replicated to other regions', 'AWS::RDS::GlobalCluster', count, UNKNOWN_WRITES),
    ],
  },
  'AWS::SNS::Topic': { lines: (count) => [byUse('alarms told', 'AWS::SNS::Topic', count, PRICES.notifications)] },
  'AWS::SNS::TopicPolicy': { free: 'no charge' },
  'AWS::SSM::Parameter': {
    lines: (count) => [byUse('SSM parameters above 4 KB', 'AWS::SSM::Parameter', count, PRICES.advancedParameter)],
  },
  'AWS::Scheduler::Schedule': { free: 'an hourly schedule stays within what is free for ever' },
  'AWS::SecretsManager::RotationSchedule': { free: 'a rotation is a few calls of Secrets Manager and of a function' },
  'AWS::SecretsManager::Secret': {
    lines: (count, { copiedSecrets }) => [
      byTime('secret', 'AWS::SecretsManager::Secret', count, count, PRICES.secret),
      ...(copiedSecrets > 0
        ? [
            byTime(
              'secret, copied to another region',
              'AWS::SecretsManager::Secret',
              count,
              copiedSecrets,
              PRICES.secret,
            ),
          ]
        : []),
      byUse('calls of Secrets Manager', 'AWS::SecretsManager::Secret', count, PRICES.secretCalls),
    ],
  },
  'AWS::SecretsManager::SecretTargetAttachment': { free: 'no charge' },
  'Custom::DynamoDbPrefixList': { free: 'its function is billed' },
  'Custom::Provision': { free: 'its function is billed' },
  'Custom::SmokeTest': { free: 'its function is billed' },
};

/** Billed by the million, for each region that they are replicated to. */
const UNKNOWN_WRITES: Price = { usd: UNKNOWN_PRICE, unit: 'million writes' };

/** A read-only endpoint is a network interface in each zone, which AWS bills as PrivateLink. */
const UNKNOWN_ENDPOINT: Price = { usd: UNKNOWN_PRICE, unit: 'endpoint-month' };

/** A proxy is billed by the vCPU of what it stands before: a primary, or all servers of a cluster. */
function proxyLine(count: number, servers: readonly Server[]): CostLine {
  const before = servers.filter(({ engine, name }) => engine === 'aurora-postgres' || name === 'primary');
  const vcpus = before.reduce(
    (sum, { class: name }) => sum + (name === 'serverless' ? 0 : INSTANCE_CLASSES[name].vcpu),
    0,
  );
  const price: Price = before.some(({ class: name }) => name === 'serverless')
    ? { usd: UNKNOWN_PRICE, unit: PRICES.proxyVcpuHour.unit }
    : PRICES.proxyVcpuHour;
  return byTime('RDS Proxy', 'AWS::RDS::DBProxy', count, vcpus * HOURS_A_MONTH, price);
}

/** A line a class and deployment, in the order in which they first appear. */
function instanceLines(servers: readonly Server[]): readonly CostLine[] {
  const keyOf = ({ engine, class: name, deployment, acu, clusterStorage: storage }: Server): string =>
    [engine, name, deployment, acu?.minAcu, storage].join();
  return groupBy(servers, keyOf).map((alike) => {
    const [server] = alike;
    const [item, price] = hourOf(server);
    const each = isPausing(server) ? AWAKE.acu * AWAKE.hours : (server.acu?.minAcu ?? 1) * HOURS_A_MONTH;
    return byTime(item, 'AWS::RDS::DBInstance', alike.length, alike.length * each, price);
  });
}

export const isPausing = ({ acu }: Pick<Server, 'acu'>): boolean => acu?.minAcu === 0;

function hourOf(server: Server): readonly [string, Price] {
  const { engine, class: name, deployment, clusterStorage: storage } = server;
  const suffix = storage === 'ioOptimized' ? ', I/O-optimized' : '';
  if (name === 'serverless') {
    const price = storage === 'ioOptimized' ? PRICES.acuIoOptimized : PRICES.acu;
    return [`db.serverless ${isPausing(server) ? 'while awake' : 'at its minimum'}, Aurora${suffix}`, price];
  }
  if (engine === 'postgres') return [`db.${name}, ${DEPLOYMENT_NAMES[deployment]}`, postgresHour(name, deployment)];
  const price = auroraPostgresHour(name);
  return [
    `db.${name}, Aurora${suffix}`,
    storage === 'ioOptimized' && price.usd !== UNKNOWN_PRICE
      ? { ...price, usd: Math.round(price.usd * IO_OPTIMIZED_MULTIPLIER * 1e4) / 1e4 }
      : price,
  ];
}

const clusterStorage = (item: string, count: number, price: Price): CostLine =>
  byTime(item, 'AWS::RDS::DBCluster', count, count * AURORA_STORAGE_AT_BIRTH_GIB, price);
