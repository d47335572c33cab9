import type { TemplateResource } from './synthesized-stack';

/** What keeps a resource from harm: which values are safer, and what goes with it. */
interface Protection {
  /** Negative where `value` protects less than `than`. */
  readonly compare: (value: string, than: string) => number;
  /** What AWS takes where the template is silent. */
  readonly absent: string;
  /** What is lost when it goes from one value to a weaker one. */
  readonly loss: (before: string, after: string) => string;
}

const safest = (ranked: readonly string[], absent: string, loss: string): Protection => ({
  compare: (value, than) => ranked.indexOf(value) - ranked.indexOf(than),
  absent,
  loss: () => loss,
});
const isTrue = (loss: string): Protection => safest(['false', 'true'], 'false', loss);
const isFalse = (loss: string): Protection => safest(['true', 'false'], 'true', loss);
const days = (absent: string, loss: Protection['loss']): Protection => ({
  compare: (value, than) => Number(value) - Number(than),
  absent,
  loss,
});

const LOCK = 'the lock that makes AWS refuse to delete it';
const ENCRYPTION = 'the encryption of what it stores';

/** Properties that protect, wherever a type has them. */
const PROPERTIES: Readonly<Record<string, Protection>> = {
  BackupRetentionPeriod: days('1', (before, after) =>
    after === '0'
      ? 'every automated backup, and the replicas that need them'
      : `the backups older than ${after} days: until now any moment of ${before} days could be restored`,
  ),
  DeleteAutomatedBackups: isFalse('the automated backups that outlive it'),
  DeletionProtection: isTrue(LOCK),
  DeletionProtectionEnabled: isTrue(LOCK),
  IamAuthEnabled: isTrue('the demand that whoever connects has rights of IAM'),
  EnableKeyRotation: isTrue('new key material every year'),
  MultiAZ: isTrue('the standby in another zone: a zone that fails takes it along'),
  PendingWindowInDays: days(
    '30',
    (before, after) => `days in which the deletion of the key can be called off: ${after} instead of ${before}`,
  ),
  'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled': isTrue('its restore to any second'),
  'PointInTimeRecoverySpecification.RecoveryPeriodInDays': days(
    '35',
    (before, after) => `the backups older than ${after} days: until now any moment of ${before} days could be restored`,
  ),
  PubliclyAccessible: isFalse('its seclusion: it would have an address on the internet'),
  // A table and its copies are protected alike: the first says it for all.
  'Replicas.0.DeletionProtectionEnabled': isTrue(LOCK),
  'Replicas.0.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled': isTrue('its restore to any second'),
  'Replicas.0.PointInTimeRecoverySpecification.RecoveryPeriodInDays': days(
    '35',
    (before, after) => `the backups older than ${after} days: until now any moment of ${before} days could be restored`,
  ),
  'SSESpecification.SSEEnabled': isTrue(ENCRYPTION),
  SnapshotRetentionLimit: days(
    '0',
    (before, after) => `snapshots older than ${after} days; until now ${before} are kept`,
  ),
  StorageEncrypted: isTrue(ENCRYPTION),
};

/** What becomes of a resource that leaves its stack, from the worst on; the last two keep it alike. */
const RANK: Readonly<Record<string, number>> = { Delete: 0, Snapshot: 1, RetainExceptOnCreate: 2, Retain: 2 };
const policy = (loss: string): Protection => ({
  compare: (value, than) => (RANK[value] ?? 0) - (RANK[than] ?? 0),
  absent: 'Delete',
  loss: () => loss,
});
const POLICIES = {
  DeletionPolicy: policy('what keeps it when it leaves its stack'),
  UpdateReplacePolicy: policy('what keeps the old one when it is replaced'),
} as const;

const ALL: Readonly<Record<string, Protection>> = { ...PROPERTIES, ...POLICIES };

/** The protections of a resource by name: its policies, and the properties that its template writes. */
export function protectionsOf(resource: TemplateResource): Readonly<Record<string, string>> {
  const properties = Object.keys(PROPERTIES).flatMap((path): [string, string][] => {
    const value = valueAt(resource.Properties, path);
    return value === undefined ? [] : [[path, String(value)]];
  });
  return {
    DeletionPolicy: resource.DeletionPolicy ?? defaultPolicy(resource),
    UpdateReplacePolicy: resource.UpdateReplacePolicy ?? defaultPolicy(resource),
    ...Object.fromEntries(properties),
  };
}

/** A protection that became weaker. */
export interface WeakenedProtection {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** What goes with it, without a verb: `the standby in another zone`. */
  readonly loss: string;
}

/** The protections that protect less now than they did. One that the template leaves out counts as what AWS takes then. */
export function weakenedProtections(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly WeakenedProtection[] {
  return Object.entries(before).flatMap(([name, value]) => {
    const protection = ALL[name];
    if (protection === undefined) return [];
    const after = now[name] ?? protection.absent;
    if (protection.compare(after, value) >= 0) return [];
    return [{ name, before: value, after, loss: protection.loss(value, after) }];
  });
}

/**
 * What CloudFormation does with a resource whose template has no policy.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
function defaultPolicy({ Type, Properties = {} }: TemplateResource): string {
  const isServerOfCluster = Properties['DBClusterIdentifier'] !== undefined;
  return Type === 'AWS::RDS::DBCluster' || (Type === 'AWS::RDS::DBInstance' && !isServerOfCluster)
    ? 'Snapshot'
    : 'Delete';
}

function valueAt(properties: unknown, path: string): unknown {
  let value = properties;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
