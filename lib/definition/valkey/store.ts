import type { CacheClass, CacheEngine, CacheVersion } from '../../catalog';
import type { ExistingKey } from '../stores/existing-key';
import type { BackupDefinition, MaintenanceDefinition } from '../postgres/store';
import type { ValkeyShape, ValkeyShapeDefinition } from './shape';

/** What the engine does when memory is full: refuses writes (`noeviction`), or drops keys; `volatile-…`: of those that expire only. */
export type EvictionPolicy =
  | 'noeviction'
  | 'allkeys-lru'
  | 'allkeys-lfu'
  | 'allkeys-random'
  | 'volatile-lru'
  | 'volatile-lfu'
  | 'volatile-random'
  | 'volatile-ttl';

export interface CacheBackupOptions {
  /** Days that a snapshot is kept, 0 to 35; 0 takes none. @default 0 in a disposable stage, 7 in a protected one */
  readonly retentionDays?: number;
  /** When the daily snapshot is taken, in UTC: an hour at least, never within `maintenance.window`. @default '02:00-03:00' */
  readonly window?: string;
}

export interface CacheMaintenanceOptions {
  /** When AWS may restart nodes, once a week, in UTC: an hour at least, never within `backup.window`. @default 'sun:04:00-sun:05:00' */
  readonly window?: string;
}

export interface ValkeyOptions {
  /** Valkey, or Redis OSS. @default 'valkey' */
  readonly engine?: CacheEngine;
  /** Of the engine: Valkey 7.2 to 9.0, Redis OSS 6.2 to 7.1; a serverless cache has its major version. @default '8.1' of Valkey, '7.1' of Redis OSS */
  readonly version?: CacheVersion;
  /** One primary with replicas, shards of these, or what grows by itself. A stage may choose another one that is asked in the same way. @default replicationGroup() */
  readonly shape?: ValkeyShape;
  /** Node type without `cache.`, as in `r7g.large`; not of a serverless cache. @default 't4g.micro' in a disposable stage, 'r7g.large' in a protected one */
  readonly class?: CacheClass;
  /** Not of a serverless cache, which drops keys that expire, those used least first. @default 'volatile-lru' */
  readonly eviction?: EvictionPolicy;
  /** Commands slower than this are logged, in milliseconds; not of a serverless cache. @default 10 */
  readonly slowCommandMs?: number;
  /** Daily snapshots. @default - every field's own */
  readonly backup?: CacheBackupOptions;
  /** When AWS maintains the nodes; not of a serverless cache. @default - every field's own */
  readonly maintenance?: CacheMaintenanceOptions;
  /** Encrypts everything that the store keeps. @default - the stage's, else a key that the kit makes */
  readonly encryptionKey?: ExistingKey;
}

/** What a stage may change: everything that does not change what the store is. */
export type ValkeyOverrides = Omit<ValkeyOptions, 'engine' | 'version'>;

export interface Valkey extends ValkeyOptions {
  readonly kind: 'valkey';
}

export interface ValkeyDefinition {
  readonly kind: 'valkey';
  readonly name: string;
  readonly engine: CacheEngine;
  readonly version: CacheVersion;
  readonly shape: ValkeyShapeDefinition;
  readonly eviction: EvictionPolicy;
  readonly slowCommandMs: number;
  /** `retentionDays` is 0 where no snapshot is taken. */
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
  /** A key of somebody else. Absent where the kit makes one. */
  readonly encryptionKeyArn?: string;
}

/**
 * A key-value store in memory: ElastiCache on AWS, with Valkey or Redis OSS. Always with TLS and a user a service; what it holds is lost with its
 * last node, but for snapshots.
 */
export function valkey(options: ValkeyOptions = {}): Valkey {
  return { ...options, kind: 'valkey' };
}
