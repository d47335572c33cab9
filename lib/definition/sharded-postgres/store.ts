import type { InstanceClass } from '../../catalog';
import type { HashStrategy, ShardKeyType } from '../../placement';
import type { ExistingKey } from '../stores/existing-key';
import type { GlobalDatabaseDefinition, GlobalDatabaseOptions } from './global-database';
import type { FromSnapshot, ShardOrigin } from '../relational/origin';
import type { Pooling, PoolingDefinition } from '../relational/pooling';
import type {
  BackupDefinition,
  BackupOptions,
  MaintenanceDefinition,
  MaintenanceOptions,
  PostgresVersion,
} from '../postgres/store';
import type { AcuDefinition, ServerlessCapacity } from './capacity';
import type { AutoscaledReaders, ReadersDefinition } from './readers';
import type { Strategy, StrategyDefinition } from './strategy';

/** `active` shards get buckets; a `draining` shard keeps what it has until its buckets are moved, then may leave the definition. */
export type ShardState = 'active' | 'draining';

export interface ShardOptions {
  /** Instance class without `db.`, of all servers of the shard. @default - the store's class or capacity */
  readonly class?: InstanceClass;
  /** `serverless({ … })` instead of a class. @default - the store's class or capacity */
  readonly capacity?: ServerlessCapacity;
  /** Readers beside the shard's primary, as the store's option of that name. @default - the store's */
  readonly readers?: number | AutoscaledReaders;
  /** Share of the buckets relative to the other shards when the map is first made, 1 to 100. @default 1 */
  readonly weight?: number;
  /** @default 'active' */
  readonly state?: ShardState;
  /** Where the shard's first data comes from: `fresh()` or `fromSnapshot(arn)`. @default fresh() */
  readonly origin?: ShardOrigin;
}

/** Shards of one store. */
export const SHARDS_MAX = 1000;

export interface ShardedPostgresOptions<S extends Strategy = Strategy> {
  /** Column that places a row: its name where the type is `bigint`, else name and type: `bigint`, `text`, `uuid`, `date` or `timestamptz`. It never changes. */
  readonly shardKey:
    | string
    | {
        /** Name of the column. */
        readonly column: string;
        readonly type: ShardKeyType;
      };
  /** `hash()`, `range({ … })` or `directory({ … })`: how a key finds its bucket. It never changes. @default hash() */
  readonly strategy?: S;
  /**
   * Shards by name, or how many (`4` is short for `{ s0: {}, …, s3: {} }`); 1 to 1000. A name is letters and a number without
   * leading zeros (`s0`, `eu12`) and is never reused: the number decides which stack a shard lives in.
   */
  readonly shards: number | Readonly<Record<string, ShardOptions>>;
  /** Major version of Aurora PostgreSQL. @default '17' */
  readonly version?: PostgresVersion;
  /** Instance class without `db.`. @default - serverless servers that pause in a disposable stage, 'r8g.large' in a protected one */
  readonly class?: InstanceClass;
  /**
   * `serverless({ … })` instead of a class; where a stage and a store say one each, the stage wins.
   * @default - servers of a class; in a disposable stage that says no class 0 to 4 ACU, with pooling 0.5 to 4
   */
  readonly capacity?: ServerlessCapacity;
  /**
   * Readers of each shard beside its primary, which take over from it: how many (0 to 15), or `autoscaled({ … })`.
   * @default 0 in a disposable stage, 1 in a protected one, which has 1 at least
   */
  readonly readers?: number | AutoscaledReaders;
  /**
   * How Aurora bills storage: `standard` by the request; `ioOptimized` no request, but dearer servers and storage. Can be changed while the
   * shards run, back to `standard` at any time and to `ioOptimized` every 30 days.
   * @default 'standard'
   */
  readonly storageType?: AuroraStorageType;
  /** Name of the database on every shard. @default - the store's name, dashes as underscores */
  readonly database?: string;
  /** `max_connections` of every server. @default - what fits the smallest class of the store */
  readonly maxConnections?: number;
  /** Statements slower than this are logged, in milliseconds. @default 1000 */
  readonly slowQueryMs?: number;
  /** Automatic backups, from which any second can be restored. @default - every field's own */
  readonly backup?: BackupOptions;
  /** When AWS maintains the servers. @default - every field's own */
  readonly maintenance?: MaintenanceOptions;
  /** A pool of connections in front of every shard's primary: `rdsProxy()`. @default - none; every client connects directly */
  readonly pooling?: Pooling;
  /** Copies of every shard in other regions, for the day on which a region is lost. In a protected stage only. @default - none */
  readonly globalDatabase?: GlobalDatabaseOptions;
  /** Encrypts everything that the store keeps, on every shard. @default - the stage's, else a key that the kit makes */
  readonly encryptionKey?: ExistingKey;
}

export type AuroraStorageType = 'standard' | 'ioOptimized';

/** What a stage may change: never what decides where a key lives. */
export type ShardedPostgresOverrides = Omit<
  ShardedPostgresOptions,
  'shardKey' | 'strategy' | 'version' | 'database' | 'shards'
> & {
  readonly shards?: ShardedPostgresOptions['shards'];
};

export interface ShardedPostgres<S extends Strategy = Strategy> extends ShardedPostgresOptions<S> {
  readonly kind: 'shardedPostgres';
}

export interface ShardDefinition {
  readonly name: string;
  /** Of all its servers; `serverless` servers scale within `acu`. */
  readonly class: InstanceClass | 'serverless';
  /** Present where the class is `serverless`. */
  readonly acu?: AcuDefinition;
  readonly readers: ReadersDefinition;
  readonly weight: number;
  readonly state: ShardState;
  /** Absent where the shard begins empty. */
  readonly origin?: FromSnapshot;
}

export interface ShardedPostgresDefinition {
  readonly kind: 'shardedPostgres';
  readonly name: string;
  readonly version: PostgresVersion;
  readonly shardKey: { readonly column: string; readonly type: ShardKeyType };
  readonly strategy: StrategyDefinition;
  readonly shards: readonly ShardDefinition[];
  readonly database: string;
  readonly maxConnections: number;
  readonly slowQueryMs: number;
  readonly storageType: AuroraStorageType;
  /** Moving buckets needs it; a shard that pauses can't have it. */
  readonly logicalReplication: boolean;
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
  readonly pooling?: PoolingDefinition;
  /** Absent where the shards stand in one region. */
  readonly globalDatabase?: GlobalDatabaseDefinition;
  /** A key of somebody else. Absent where the kit makes one. */
  readonly encryptionKeyArn?: string;
}

/** PostgreSQL split over many clusters by a shard key: one Aurora PostgreSQL cluster a shard on AWS. */
export function shardedPostgres<S extends Strategy = HashStrategy>(
  options: ShardedPostgresOptions<S>,
): ShardedPostgres<S> {
  return { ...options, kind: 'shardedPostgres' };
}
