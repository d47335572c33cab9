import type { CacheClass } from '../../catalog';

export interface ReplicationGroupOptions {
  /** Copies of the primary that answer reads and take over, 0 to 5. @default 0 in a disposable stage, 1 in a protected one */
  readonly replicas?: number;
}

/** One primary that holds everything, and its replicas. Every command may name any keys. */
export interface ReplicationGroup extends ReplicationGroupOptions {
  readonly kind: 'replicationGroup';
}

export interface ClusterModeOptions {
  /** Primaries among which the 16384 slots are spread, 1 to 500. */
  readonly shards: number;
  /**
   * Copies of each, 0 to 5. Another number later makes another, empty cache of CloudFormation's, which the guard refuses; shards may come and go.
   * @default 0 in a disposable stage, 1 in a protected one
   */
  readonly replicas?: number;
}

/** Shards with replicas. One command names keys of one slot only: `{user:7}:profile` and `{user:7}:cart` share one. */
export interface ClusterMode extends ClusterModeOptions {
  readonly kind: 'clusterMode';
}

export interface ServerlessCacheOptions {
  /** GB that the cache is ready for at least, and holds at most: 1 to 5000. @default - as much as is written, up to what AWS allows */
  readonly dataGb?: {
    /** GB that the cache is always ready for, and that are paid for. @default - none */
    readonly min?: number;
    /** GB that the cache holds at most. @default - what AWS allows */
    readonly max?: number;
  };
  /** ElastiCache processing units a second, likewise: 1000 to 15000000. @default - as many as are asked for */
  readonly ecpuPerSecond?: {
    /** Units that the cache is always ready for, and that are paid for. @default - none */
    readonly min?: number;
    /** Units that the cache gives at most. @default - what AWS allows */
    readonly max?: number;
  };
}

/** Grows by itself; billed by what it holds and does. Asked like shards. */
export interface ServerlessCache extends ServerlessCacheOptions {
  readonly kind: 'serverlessCache';
}

export type ValkeyShape = ReplicationGroup | ClusterMode | ServerlessCache;

/** A shape with every default filled in. */
export type ValkeyShapeDefinition =
  | { readonly kind: 'replicationGroup'; readonly class: CacheClass; readonly replicas: number }
  | { readonly kind: 'clusterMode'; readonly class: CacheClass; readonly shards: number; readonly replicas: number }
  | {
      readonly kind: 'serverlessCache';
      readonly dataGb: { readonly min?: number; readonly max?: number };
      readonly ecpuPerSecond: { readonly min?: number; readonly max?: number };
    };

/** One primary with replicas. */
export const replicationGroup = (options: ReplicationGroupOptions = {}): ReplicationGroup => ({
  ...options,
  kind: 'replicationGroup',
});

/** Shards, each a primary with replicas. */
export const clusterMode = (options: ClusterModeOptions): ClusterMode => ({ ...options, kind: 'clusterMode' });

/** No nodes to size: ElastiCache Serverless. */
export const serverlessCache = (options: ServerlessCacheOptions = {}): ServerlessCache => ({
  ...options,
  kind: 'serverlessCache',
});
