import type { BlogStage } from '../support/blog-tier';
import { resourcesOf, type Resource, type TemplateJson } from '../support/synthesized-tier';

type Templates = Record<string, TemplateJson>;
type Found = Resource & { readonly stack: string; readonly id: string };

/** What the templates of the example promise in a profile, as data: a test keeps it, and another breaks the templates to see that it notices. */
export interface TemplatePromise {
  readonly promise: string;
  /** What breaks it: `stack/id what`. Empty where it is kept. */
  breaches(templates: Templates, stage: BlogStage): readonly string[];
}

/** Stacks whose loss can't be made good. */
const isStateful = ({ stack }: Found): boolean =>
  !/^(access|alarms|operations)(-[a-z]+-[a-z]+-\d)?$|-alarms/.test(stack);

/** Every resource of a type is as `expected` says, property by property; there is at least one. */
function each(
  type: string,
  promise: string,
  expected: (found: Found, stage: BlogStage) => Readonly<Record<string, unknown>>,
  select: (found: Found) => boolean = () => true,
): TemplatePromise {
  return {
    promise,
    breaches(templates, stage) {
      const found = resourcesOf(templates, type).filter((one) => isStateful(one) && select(one));
      const wrong = found.flatMap((one) =>
        Object.entries(expected(one, stage)).flatMap(([property, value]) => {
          const got = valueAt(one, property);
          const kept = value === PRESENT ? got !== undefined : JSON.stringify(got) === JSON.stringify(value);
          return kept ? [] : [`${one.stack}/${one.id} ${property}: ${JSON.stringify(got)}`];
        }),
      );
      return found.length === 0 ? [`no ${type}`] : wrong;
    },
  };
}

const PRESENT = Symbol('present');

/** `Properties.A.B`, or a policy beside the properties. */
function valueAt(resource: Found, path: string): unknown {
  const start: unknown = /^(Deletion|UpdateReplace)Policy$/.test(path) ? resource : resource.Properties;
  return path
    .split('/')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      start,
    );
}

const policies = (stage: BlogStage) =>
  stage === 'prod'
    ? { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }
    : { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };
const isPrimary = ({ Properties }: Found): boolean => Properties['DBName'] !== undefined;
const ofInstances = ({ stack }: Found): boolean => /^main(-|$)/.test(stack);
const isReplica = (found: Found): boolean => ofInstances(found) && !isPrimary(found);
const isCopy = ({ stack }: Found): boolean => /^posts-shards-.*-eu-central-1$/.test(stack);
const isCluster = ({ Properties }: Found): boolean => Properties['DBClusterIdentifier'] !== undefined;

const KEPT_TYPES = [
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBSubnetGroup',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
] as const;

export const TEMPLATE_PROMISES: readonly TemplatePromise[] = [
  ...KEPT_TYPES.map((type) =>
    each(type, `${type} is kept in a protected stage and goes with a disposable one`, (_, stage) => policies(stage)),
  ),
  each('AWS::RDS::DBInstance', 'every server is private, watched, current and tagged in snapshots', () => ({
    PubliclyAccessible: false,
    EnablePerformanceInsights: true,
    PerformanceInsightsKMSKeyId: PRESENT,
    AutoMinorVersionUpgrade: true,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
    DBParameterGroupName: PRESENT,
  })),
  each(
    'AWS::RDS::DBInstance',
    'servers of instances export their logs, tag snapshots and are in the data subnets behind one group',
    (_, stage) => ({
      CopyTagsToSnapshot: true,
      EnableCloudwatchLogsExports: PRESENT,
      DBSubnetGroupName: PRESENT,
      VPCSecurityGroups: PRESENT,
      StorageType: 'gp3',
      DeletionProtection: stage === 'prod',
    }),
    ofInstances,
  ),
  each(
    'AWS::RDS::DBInstance',
    'a primary is encrypted with the store’s key, backed up, and has a standby in a protected stage',
    (_, stage) => ({
      StorageEncrypted: true,
      KmsKeyId: PRESENT,
      BackupRetentionPeriod: stage === 'prod' ? 35 : 1,
      PreferredBackupWindow: '02:00-03:00',
      DeleteAutomatedBackups: stage === 'dev',
      MultiAZ: stage === 'prod',
      DatabaseInsightsMode: 'standard',
      'MasterUserPassword/Fn::Join/1/0': '{{resolve:secretsmanager:',
    }),
    isPrimary,
  ),
  each(
    'AWS::RDS::DBInstance',
    'a replica follows a primary, has no standby, and asks for no mode of insights, which RDS takes of none',
    () => ({ SourceDBInstanceIdentifier: PRESENT, MultiAZ: false, DatabaseInsightsMode: undefined }),
    isReplica,
  ),
  each(
    'AWS::RDS::DBInstance',
    'servers of a shard belong to a cluster',
    () => ({ Engine: 'aurora-postgresql' }),
    isCluster,
  ),
  each('AWS::RDS::DBCluster', 'a shard of a disposable stage pauses while nobody is connected', (_, stage) => ({
    ServerlessV2ScalingConfiguration:
      stage === 'prod' ? undefined : { MaxCapacity: 4, MinCapacity: 0, SecondsUntilAutoPause: 300 },
  })),
  each('AWS::RDS::DBCluster', 'a shard is encrypted, backed up, logged, watched and protected', (_, stage) => ({
    StorageEncrypted: true,
    KmsKeyId: PRESENT,
    BackupRetentionPeriod: stage === 'prod' ? 35 : 1,
    PreferredBackupWindow: '02:00-03:00',
    PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
    DeleteAutomatedBackups: stage === 'dev',
    CopyTagsToSnapshot: true,
    EnableCloudwatchLogsExports: ['postgresql'],
    PerformanceInsightsEnabled: true,
    PerformanceInsightsKmsKeyId: PRESENT,
    DatabaseInsightsMode: 'standard',
    DeletionProtection: stage === 'prod',
    DBClusterParameterGroupName: PRESENT,
    DBSubnetGroupName: PRESENT,
    VpcSecurityGroupIds: PRESENT,
  })),
  each(
    'AWS::RDS::DBCluster',
    'a shard’s owner logs in with a generated password',
    () => ({ 'MasterUserPassword/Fn::Join/1/0': '{{resolve:secretsmanager:' }),
    (found) => !isCopy(found),
  ),
  each(
    'AWS::RDS::DBParameterGroup',
    'an instance refuses plaintext',
    () => ({ 'Parameters/rds.force_ssl': '1' }),
    ofInstances,
  ),
  each('AWS::RDS::DBParameterGroup', 'every server says how many may connect, and logs slow statements', () => ({
    'Parameters/max_connections': PRESENT,
    'Parameters/log_min_duration_statement': '1000',
  })),
  each(
    'AWS::RDS::DBClusterParameterGroup',
    'a shard refuses plaintext, and replicates logically unless it pauses',
    (_, stage) => ({
      'Parameters/rds.force_ssl': '1',
      'Parameters/rds.logical_replication': stage === 'prod' ? '1' : '0',
    }),
  ),
  each('AWS::KMS::Key', 'a key rotates, and goes slowly where it is protected', (_, stage) => ({
    EnableKeyRotation: true,
    PendingWindowInDays: stage === 'prod' ? 30 : 7,
    KeyPolicy: PRESENT,
  })),
  each('AWS::DynamoDB::Table', 'placement is encrypted, recoverable and protected', (_, stage) => ({
    'SSESpecification/SSEEnabled': true,
    'SSESpecification/SSEType': 'KMS',
    'SSESpecification/KMSMasterKeyId': PRESENT,
    'PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled': true,
    DeletionProtectionEnabled: stage === 'prod',
  })),
  each('AWS::SecretsManager::Secret', 'a secret is encrypted, long and generated', () => ({
    KmsKeyId: PRESENT,
    'GenerateSecretString/PasswordLength': 40,
    'GenerateSecretString/GenerateStringKey': 'password',
  })),
  each(
    'AWS::Logs::LogGroup',
    'an exported log is encrypted',
    () => ({ KmsKeyId: PRESENT, LogGroupName: PRESENT }),
    ({ stack }) => !stack.startsWith('network'),
  ),
  each('AWS::Logs::LogGroup', 'a log is kept for a stated time', (_, stage) => ({
    RetentionInDays: stage === 'prod' ? 90 : 7,
  })),
];

/** What a stack of replicas in another region promises beside these. */
export const AWAY_PROMISES: readonly TemplatePromise[] = [
  each(
    'AWS::RDS::DBInstance',
    'a replica in another region is encrypted with a key of that region, and follows the primary by its ARN',
    () => ({
      KmsKeyId: PRESENT,
      SourceRegion: 'eu-west-1',
      SourceDBInstanceIdentifier: 'arn:aws:rds:eu-west-1:111122223333:db:shop-live-main-primary',
    }),
    ({ stack }) => stack === 'main-eu-central-1',
  ),
];

/** What stacks of shards that are copied to another region promise beside these, there and at home. */
export const GLOBAL_PROMISES: readonly TemplatePromise[] = [
  each(
    'AWS::RDS::DBCluster',
    'a copy follows its shard by name, in the version that it has, with its roles and passwords',
    ({ Properties }) => ({
      // No two clusters of a global database may have one name.
      DBClusterIdentifier: `${String(Properties['GlobalClusterIdentifier'])}-eu-central-1`,
      GlobalClusterIdentifier: String(Properties['DBClusterIdentifier']).replace(/-eu-central-1$/, ''),
      EngineVersion: '17.5',
      MasterUsername: undefined,
      MasterUserPassword: undefined,
      DatabaseName: undefined,
      SnapshotIdentifier: undefined,
    }),
    isCopy,
  ),
  each(
    'AWS::RDS::GlobalCluster',
    'a shard is made the primary of its copies, and stays it',
    ({ Properties }, stage) => ({
      SourceDBClusterIdentifier: `arn:aws:rds:eu-west-1:111122223333:cluster:${String(Properties['GlobalClusterIdentifier'])}`,
      DeletionProtection: true,
      ...policies(stage),
    }),
  ),
];

/** Every breach of every promise. */
export const breachesOf = (
  templates: Templates,
  stage: BlogStage,
  promises: readonly TemplatePromise[] = TEMPLATE_PROMISES,
): readonly string[] => promises.flatMap((promise) => promise.breaches(templates, stage));
