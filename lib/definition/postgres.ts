import type { InstanceClass } from '../catalog';

export interface BackupOptions {
  /** Days of point-in-time recovery, 1 to 35. @default 1 in a disposable stage, 35 in a protected one */
  readonly retentionDays?: number;
}

export interface StorageOptions {
  /** Size at birth in GiB, 20 to 65536. @default 20 in a disposable stage, 100 in a protected one */
  readonly sizeGiB?: number;
  /**
   * Storage grows by itself up to this, in GiB: `sizeGiB` (never grows) or at least 10 % more.
   * @default 4 × sizeGiB, at most 65536; sizeGiB itself where 65536 leaves less than 10 % to grow
   */
  readonly maxSizeGiB?: number;
}

export interface ReplicaOptions {
  /** Instance class without `db.`. @default - the primary's */
  readonly class?: InstanceClass;
}

export interface PostgresOptions {
  /** Major version of PostgreSQL. @default '17' */
  readonly version?: PostgresVersion;
  /** Instance class without `db.`, as in `r8g.large`. @default 't4g.medium' in a disposable stage, 'r8g.large' in a protected one */
  readonly class?: InstanceClass;
  readonly storage?: StorageOptions;
  /** Read replicas by name, or how many (`2` is short for `{ r1: {}, r2: {} }`); 0 to 15. Names are never reused. @default 0 */
  readonly replicas?: number | Readonly<Record<string, ReplicaOptions>>;
  /** Name of the database. @default - the store's name, dashes as underscores */
  readonly database?: string;
  /** `max_connections` of the primary and every replica alike. @default - what fits the smallest class of the store */
  readonly maxConnections?: number;
  /** Statements slower than this are logged, in milliseconds. @default 1000 */
  readonly slowQueryMs?: number;
  readonly backup?: BackupOptions;
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

export interface PostgresDefinition {
  readonly kind: 'postgres';
  readonly name: string;
  readonly version: PostgresVersion;
  readonly class: InstanceClass;
  readonly storage: { readonly sizeGiB: number; readonly maxSizeGiB: number };
  readonly replicas: readonly ReplicaDefinition[];
  readonly database: string;
  readonly maxConnections: number;
  readonly slowQueryMs: number;
  readonly backup: { readonly retentionDays: number };
}

/** A PostgreSQL primary with physical read replicas: RDS for PostgreSQL on AWS. */
export function postgres(options: PostgresOptions = {}): Postgres {
  return { ...options, kind: 'postgres' };
}
