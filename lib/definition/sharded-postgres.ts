import type { InstanceClass } from '../catalog';
import type { HashStrategy, ShardKeyType } from '../placement';
import type { BackupOptions, PostgresVersion } from './postgres';

/** `active` shards get buckets; a `draining` shard keeps what it has until its buckets are moved, then may leave the definition. */
export type ShardState = 'active' | 'draining';

export interface ShardOptions {
  /** Instance class without `db.`. @default - the store's */
  readonly class?: InstanceClass;
  /** Share of the buckets relative to the other shards when the map is first made, 1 to 100. @default 1 */
  readonly weight?: number;
  /** @default 'active' */
  readonly state?: ShardState;
}

/** Shards of one store. */
export const SHARDS_MAX = 1000;

/** How keys spread over buckets. */
export type Strategy = HashStrategy;

export interface ShardedPostgresOptions {
  /** Column that places a row: its name where the type is `bigint`, else name and type. */
  readonly shardKey: string | { readonly column: string; readonly type: ShardKeyType };
  /** @default hash() */
  readonly strategy?: Strategy;
  /**
   * Shards by name, or how many (`4` is short for `{ s0: {}, …, s3: {} }`); 1 to 1000. A name is letters and a number without
   * leading zeros (`s0`, `eu12`) and is never reused: the number decides which stack a shard lives in.
   */
  readonly shards: number | Readonly<Record<string, ShardOptions>>;
  /** Major version of Aurora PostgreSQL. @default '17' */
  readonly version?: PostgresVersion;
  /** Instance class without `db.`. @default 't4g.medium' in a disposable stage, 'r8g.large' in a protected one */
  readonly class?: InstanceClass;
  /** Name of the database on every shard. @default - the store's name, dashes as underscores */
  readonly database?: string;
  /** `max_connections` of every server. @default - what fits the smallest class of the store */
  readonly maxConnections?: number;
  /** Statements slower than this are logged, in milliseconds. @default 1000 */
  readonly slowQueryMs?: number;
  readonly backup?: BackupOptions;
}

/** What a stage may change: never what decides where a key lives. */
export type ShardedPostgresOverrides = Omit<
  ShardedPostgresOptions,
  'shardKey' | 'strategy' | 'version' | 'database' | 'shards'
> & {
  readonly shards?: ShardedPostgresOptions['shards'];
};

export interface ShardedPostgres extends ShardedPostgresOptions {
  readonly kind: 'shardedPostgres';
}

export interface ShardDefinition {
  readonly name: string;
  readonly class: InstanceClass;
  readonly weight: number;
  readonly state: ShardState;
}

export interface ShardedPostgresDefinition {
  readonly kind: 'shardedPostgres';
  readonly name: string;
  readonly version: PostgresVersion;
  readonly shardKey: { readonly column: string; readonly type: ShardKeyType };
  readonly strategy: Strategy;
  readonly shards: readonly ShardDefinition[];
  readonly database: string;
  readonly maxConnections: number;
  readonly slowQueryMs: number;
  readonly backup: { readonly retentionDays: number };
}

/** PostgreSQL split over many clusters by a shard key: one Aurora PostgreSQL cluster a shard on AWS. */
export function shardedPostgres(options: ShardedPostgresOptions): ShardedPostgres {
  return { ...options, kind: 'shardedPostgres' };
}
