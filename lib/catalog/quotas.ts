/** A quota of an AWS account that a tier may run into. */
export interface Quota {
  /** What is counted, in the plural. */
  readonly label: string;
  /** What an account has that never asked for more. */
  readonly default: number;
  /** Regions whose default is another. */
  readonly exceptions?: Readonly<Record<string, number>>;
  /** Of what the quota is: an account's region, or one of something. */
  readonly per: 'region' | 'VPC' | 'security group' | 'stack' | 'cache' | 'group of users';
  /** By which Service Quotas knows it; absent where it does not. */
  readonly code?: { readonly service: string; readonly quota: string };
  /** Whether AWS raises it on request. */
  readonly adjustable: boolean;
  /** Where the default was read. */
  readonly source: string;
}

const RDS_LIMITS = 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html';
/** With the codes of https://github.com/aws/agent-toolkit-for-aws (amazon-elasticache, service-quotas.md, 2026-08). */
const ELASTICACHE_LIMITS = 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html';
const VPC_LIMITS = 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html';
const MUMBAI = 'ap-south-1';

/** Defaults of AWS for what a tier's stacks make. An account's own quotas, which may be higher, are in Service Quotas. */
export const QUOTAS = {
  dbInstances: {
    label: 'DB instances',
    default: 40,
    exceptions: { [MUMBAI]: 20 },
    per: 'region',
    code: { service: 'rds', quota: 'L-7B6409FD' },
    adjustable: true,
    source: RDS_LIMITS,
  },
  dbClusters: {
    label: 'DB clusters',
    default: 40,
    per: 'region',
    code: { service: 'rds', quota: 'L-952B80B8' },
    adjustable: true,
    source: RDS_LIMITS,
  },
  dbSubnetGroups: {
    label: 'DB subnet groups',
    default: 50,
    exceptions: { [MUMBAI]: 20 },
    per: 'region',
    code: { service: 'rds', quota: 'L-48C6BF61' },
    adjustable: true,
    source: RDS_LIMITS,
  },
  dbParameterGroups: {
    label: 'DB parameter groups',
    default: 50,
    exceptions: { [MUMBAI]: 20 },
    per: 'region',
    code: { service: 'rds', quota: 'L-DE55804A' },
    adjustable: true,
    source: RDS_LIMITS,
  },
  dbClusterParameterGroups: {
    label: 'DB cluster parameter groups',
    default: 50,
    per: 'region',
    code: { service: 'rds', quota: 'L-E4C808A8' },
    adjustable: true,
    source: RDS_LIMITS,
  },
  eventSubscriptions: {
    label: 'subscriptions to events of RDS, DocumentDB and Neptune',
    default: 20,
    per: 'region',
    adjustable: true,
    source: RDS_LIMITS,
  },
  dbProxies: {
    label: 'RDS proxies',
    default: 20,
    per: 'region',
    code: { service: 'rds', quota: 'L-D94C7EA3' },
    adjustable: true,
    source: RDS_LIMITS,
  },
  cacheNodes: {
    label: 'cache nodes',
    default: 300,
    per: 'region',
    code: { service: 'elasticache', quota: 'L-DFE45DF3' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  nodesOfOneCache: {
    label: 'nodes of one cache',
    default: 90,
    per: 'cache',
    code: { service: 'elasticache', quota: 'L-AF354865' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  serverlessCaches: {
    label: 'serverless caches',
    default: 40,
    per: 'region',
    code: { service: 'elasticache', quota: 'L-BBCDAECC' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  cacheSubnetGroups: {
    label: 'cache subnet groups',
    default: 300,
    per: 'region',
    code: { service: 'elasticache', quota: 'L-3E7F7726' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  cacheParameterGroups: {
    label: 'cache parameter groups',
    default: 300,
    per: 'region',
    code: { service: 'elasticache', quota: 'L-3F15A733' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  cacheUsers: {
    label: 'users of caches',
    default: 2000,
    per: 'region',
    code: { service: 'elasticache', quota: 'L-80E085C7' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  cacheUserGroups: {
    label: 'user groups of caches',
    default: 200,
    per: 'region',
    code: { service: 'elasticache', quota: 'L-AD484FC5' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  usersOfOneGroup: {
    label: 'users of one cache',
    default: 100,
    per: 'group of users',
    code: { service: 'elasticache', quota: 'L-943F0F1C' },
    adjustable: true,
    source: ELASTICACHE_LIMITS,
  },
  vpcs: {
    label: 'VPCs',
    default: 5,
    per: 'region',
    code: { service: 'vpc', quota: 'L-F678F1CE' },
    adjustable: true,
    source: VPC_LIMITS,
  },
  securityGroups: {
    label: 'security groups',
    default: 2500,
    per: 'region',
    code: { service: 'vpc', quota: 'L-E79EC296' },
    adjustable: true,
    source: VPC_LIMITS,
  },
  interfaceEndpoints: {
    label: 'interface endpoints',
    default: 50,
    per: 'VPC',
    code: { service: 'vpc', quota: 'L-29B6F2EB' },
    adjustable: true,
    source: VPC_LIMITS,
  },
  gatewayEndpoints: {
    label: 'gateway endpoints',
    default: 20,
    per: 'region',
    code: { service: 'vpc', quota: 'L-1B52E74A' },
    adjustable: true,
    source: VPC_LIMITS,
  },
  inboundRules: {
    label: 'inbound rules',
    default: 60,
    per: 'security group',
    code: { service: 'vpc', quota: 'L-0EA8095F' },
    adjustable: true,
    source: VPC_LIMITS,
  },
  outboundRules: {
    label: 'outbound rules',
    default: 60,
    per: 'security group',
    code: { service: 'vpc', quota: 'L-0EA8095F' },
    adjustable: true,
    source: VPC_LIMITS,
  },
  alarms: {
    label: 'CloudWatch alarms',
    default: 5000,
    per: 'region',
    adjustable: true,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html',
  },
  secrets: {
    label: 'secrets',
    default: 500_000,
    per: 'region',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html',
  },
  keys: {
    label: 'KMS keys',
    default: 100_000,
    per: 'region',
    code: { service: 'kms', quota: 'L-C2F1777E' },
    adjustable: true,
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
  },
  tables: {
    label: 'DynamoDB tables',
    default: 2500,
    per: 'region',
    code: { service: 'dynamodb', quota: 'L-F98FE922' },
    adjustable: true,
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html',
  },
  parameters: {
    label: 'SSM parameters',
    default: 10_000,
    per: 'region',
    adjustable: true,
    source: 'SSM API, PutParameter (botocore 1.43)',
  },
  stacks: {
    label: 'CloudFormation stacks',
    default: 2000,
    per: 'region',
    code: { service: 'cloudformation', quota: 'L-0485CB21' },
    adjustable: true,
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
  resources: {
    label: 'resources',
    default: 500,
    per: 'stack',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
} as const satisfies Record<string, Quota>;

export type QuotaName = keyof typeof QUOTAS;
