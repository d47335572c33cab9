import type { InstanceClass } from '../../catalog';
import type { ExistingKey } from '../stores/existing-key';
import type { FromSnapshot, ImportedDefinition, PostgresOrigin } from '../relational/origin';
import type { Pooling, PoolingDefinition } from '../relational/pooling';

export interface BackupOptions {
  /** Days of point-in-time recovery, 1 to 35. @default 1 in a disposable stage, 35 in a protected one */
  readonly retentionDays?: number;
  /** When the daily snapshot is taken, in UTC: 30 minutes at least, never within `maintenance.window`. @default '02:00-03:00' */
  readonly window?: string;
}

export interface MaintenanceOptions {
  /** When AWS may restart servers, once a week, in UTC: 30 minutes at least, never within `backup.window`. @default 'sun:04:00-sun:05:00' */
  readonly window?: string;
}

/** `gp3`: general purpose. `io1` and `io2`: provisioned IOPS. Can be changed while the database runs. */
export type StorageType = 'gp3' | 'io1' | 'io2';

export interface StorageOptions {
  /** Size at birth in GiB, 20 to 65536. @default 20 in a disposable stage, 100 in a protected one */
  readonly sizeGiB?: number;
  /**
   * Storage grows by itself up to this, in GiB: `sizeGiB` (never grows) or at least 10 % more.
   * @default - 4 × `sizeGiB`, at most 65536; `sizeGiB` itself where 65536 leaves less than 10 % to grow
   */
  readonly maxSizeGiB?: number;
  /** @default 'gp3' */
  readonly type?: StorageType;
  /**
   * I/O operations a second. `io1` and `io2` need it: 1000 to 256000, at most 50 a GiB of `io1`. `gp3` takes it from 400 GiB on: 12000 to 64000.
   * @default - `gp3`: 3000 below 400 GiB, 12000 from there on
   */
  readonly iops?: number;
  /** MiB a second, 500 to 4000; only `gp3` from 400 GiB on takes it. @default - `gp3`: 125 below 400 GiB, 500 from there on */
  readonly throughputMiBps?: number;
}

export interface ReplicaOptions {
  /** Instance class without `db.`. @default - the primary's */
  readonly class?: InstanceClass;
  /**
   * Region that the replica stands in, where it is another than the stage's, as in `eu-central-1`: for reads near people there, and to go on with
   * if the stage's own region is lost. The stage says in `regions` what it stands on.
   * @default - the stage's region
   */
  readonly region?: string;
}

export interface PostgresOptions {
  /** Major version of PostgreSQL. @default '17' */
  readonly version?: PostgresVersion;
  /** Instance class without `db.`, as in `r8g.large`. @default 't4g.micro' in a disposable stage, 'r8g.large' in a protected one */
  readonly class?: InstanceClass;
  /** Disks of the primary and of every replica. @default - every field's own */
  readonly storage?: StorageOptions;
  /** Read replicas by name, or how many (`2` is short for `{ r1: {}, r2: {} }`); 0 to 15. Names are never reused. @default 0 */
  readonly replicas?: number | Readonly<Record<string, ReplicaOptions>>;
  /** Name of the database. @default - the store's name, dashes as underscores */
  readonly database?: string;
  /** `max_connections` of the primary and every replica alike. @default - what fits the smallest class of the store */
  readonly maxConnections?: number;
  /** Statements slower than this are logged, in milliseconds. @default 1000 */
  readonly slowQueryMs?: number;
  /** Automatic backups, from which any second can be restored. @default - every field's own */
  readonly backup?: BackupOptions;
  /** When AWS maintains the servers. @default - every field's own */
  readonly maintenance?: MaintenanceOptions;
  /** A pool of connections in front of the primary: `rdsProxy()`. @default - none; every client connects directly */
  readonly pooling?: Pooling;
  /** Encrypts everything that the store keeps. @default - the stage's, else a key that the kit makes */
  readonly encryptionKey?: ExistingKey;
  /** Where the first data comes from: `fresh()`, `fromSnapshot(arn)`, or `imported({ … })` for a database that is there already. @default fresh() */
  readonly origin?: PostgresOrigin;
}

export type PostgresVersion = '16' | '17';

/** What a stage may change: everything that does not change what the store is. */
export type PostgresOverrides = Omit<PostgresOptions, 'version' | 'database'>;

export interface Postgres extends PostgresOptions {
  readonly kind: 'postgres';
}

export interface ReplicaDefinition {
  readonly name: string;
  readonly class: InstanceClass;
}

/** A replica in another region than the stage's. */
export interface ReplicaElsewhere extends ReplicaDefinition {
  readonly region: string;
}

export interface StorageDefinition {
  readonly sizeGiB: number;
  readonly maxSizeGiB: number;
  readonly type: StorageType;
  /** Absent where the type has its own. */
  readonly iops?: number;
  /** Absent where the type has its own. */
  readonly throughputMiBps?: number;
}

export interface BackupDefinition {
  readonly retentionDays: number;
  readonly window: string;
}

export interface MaintenanceDefinition {
  readonly window: string;
}

export interface PostgresDefinition {
  readonly kind: 'postgres';
  readonly name: string;
  readonly version: PostgresVersion;
  readonly class: InstanceClass;
  readonly storage: StorageDefinition;
  /** In the same region as the primary. */
  readonly replicas: readonly ReplicaDefinition[];
  /** In other regions. Absent where there are none. */
  readonly elsewhere?: readonly ReplicaElsewhere[];
  readonly database: string;
  readonly maxConnections: number;
  readonly slowQueryMs: number;
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
  readonly pooling?: PoolingDefinition;
  /** A key of somebody else. Absent where the kit makes one. */
  readonly encryptionKeyArn?: string;
  /** Absent where the store begins empty. */
  readonly origin?: FromSnapshot | ImportedDefinition;
}

/** A PostgreSQL primary with physical read replicas: RDS for PostgreSQL on AWS. */
export function postgres(options: PostgresOptions = {}): Postgres {
  return { ...options, kind: 'postgres' };
}
