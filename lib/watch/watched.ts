import type { PostgresEngineOffering } from '../catalog';

/** What alarms are made for, by its sort. Thresholds follow from what it is. */
export interface WatchedBySort {
  readonly server: WatchedServer;
  readonly cluster: WatchedCluster;
  readonly proxy: WatchedProxy;
  readonly table: WatchedTable;
  readonly tableIndex: WatchedTableIndex;
  readonly tableReplica: WatchedTableReplica;
  readonly cacheNode: WatchedCacheNode;
  readonly serverlessCache: WatchedServerlessCache;
  readonly documentServer: WatchedDocumentServer;
  readonly documentCluster: WatchedDocumentCluster;
  readonly elasticDocuments: WatchedElasticDocuments;
  readonly graphServer: WatchedGraphServer;
  readonly graphCluster: WatchedGraphCluster;
  readonly smokeTest: WatchedFunction<'smokeTest'>;
  readonly provisioning: WatchedFunction<'provisioning'>;
  readonly rotation: WatchedFunction<'rotation'>;
  readonly topic: WatchedTopic;
  readonly maintenance: WatchedMaintenance;
}

export type WatchedSort = keyof WatchedBySort;

/** Anything that has alarms. */
export type Watched = WatchedBySort[WatchedSort];

/** A database server. */
export interface WatchedServer {
  readonly sort: 'server';
  /** `DBInstanceIdentifier`. */
  readonly identifier: string;
  readonly engine: PostgresEngineOffering;
  /** `replica`: follows a primary by streaming. `member`: of a cluster of more than one, whose writer may be any of them. */
  readonly role: 'primary' | 'replica' | 'member';
  /** None where nobody knows; of a server that changes with its load, the most. */
  readonly memoryGiB?: number;
  /** None where it changes with the load, or nobody knows. */
  readonly vcpu?: number;
  /** None where nobody knows. */
  readonly maxConnections?: number;
  /** Storage of its own at birth. */
  readonly storageGiB?: number;
  /** `burstable`: of a class that earns credits while idle. `scaling`: changes with its load. @default - always the same */
  readonly capacity?: 'burstable' | 'scaling';
  /** `DBClusterIdentifier`, where its cluster is watched as a whole, for what its servers have in common. @default - it is watched alone */
  readonly cluster?: string;
}

/** A cluster of Aurora servers, for what they have in common. */
export interface WatchedCluster {
  readonly sort: 'cluster';
  /** `DBClusterIdentifier`. */
  readonly identifier: string;
  /** `secondary`: follows a cluster in another region. */
  readonly role: 'primary' | 'secondary';
  /** Any of its servers: they are alike. */
  readonly server: WatchedServer;
}

/** An RDS Proxy. */
export interface WatchedProxy {
  readonly sort: 'proxy';
  /** `ProxyName`. */
  readonly identifier: string;
}

/** A DynamoDB table: a store of its own, or what a sharded store finds its shards by. */
export interface WatchedTable {
  readonly sort: 'table';
  /** First part of the alarms' names, as in `blog-prod-posts-placement`. */
  readonly identifier: string;
  /** `TableName`: whatever the template writes for it. */
  readonly tableName: string;
}

/** A global index of a table, which is refused reads and writes by itself. A local one shares its table's. */
export interface WatchedTableIndex {
  readonly sort: 'tableIndex';
  /** First part of the alarms' names, as in `game-prod-scores-byLevel`. */
  readonly identifier: string;
  readonly tableName: string;
  /** `GlobalSecondaryIndexName`. */
  readonly indexName: string;
}

/** A copy of a table in another region, as its own region sees it. */
export interface WatchedTableReplica {
  readonly sort: 'tableReplica';
  /** First part of the alarms' names, as in `game-prod-scores-eu-central-1`. */
  readonly identifier: string;
  readonly tableName: string;
  /** `ReceivingRegion`. */
  readonly region: string;
}

/** A node of a cache. */
export interface WatchedCacheNode {
  readonly sort: 'cacheNode';
  /** `CacheClusterId`. */
  readonly identifier: string;
  readonly vcpu: number;
  /** Whether its cache has replicas, of which it may be one. */
  readonly isFollowed: boolean;
  /** Whether only keys that expire are dropped when memory is full. */
  readonly keepsWhatDoesNotExpire: boolean;
}

/** A cache that grows by itself. */
export interface WatchedServerlessCache {
  readonly sort: 'serverlessCache';
  /** `ServerlessCacheName`. */
  readonly identifier: string;
  /** What it holds at most; none where AWS decides. */
  readonly maxDataGb?: number;
}

/** What a server of a cluster that DocumentDB or Neptune keeps is. */
interface WatchedClusterServer {
  /** `DBInstanceIdentifier`. */
  readonly identifier: string;
  /** Of a server that changes with its load, the most. */
  readonly memoryGiB: number;
  /** `scaling`: changes with its load. @default - always the same */
  readonly capacity?: 'scaling';
  /** Whether its cluster has readers, of which it may be one. */
  readonly isFollowed: boolean;
}

/** A server of documents. */
export interface WatchedDocumentServer extends WatchedClusterServer {
  readonly sort: 'documentServer';
}

/** A cluster of documents, for what its servers have in common. */
export interface WatchedDocumentCluster {
  readonly sort: 'documentCluster';
  /** `DBClusterIdentifier`. */
  readonly identifier: string;
}

/** An elastic cluster of documents, whose shards are alike: what is told of it is told of any of them. */
export interface WatchedElasticDocuments {
  readonly sort: 'elasticDocuments';
  /** `ClusterName`. */
  readonly identifier: string;
  /** `ClusterId`, which AWS makes with it: whatever the template writes for it. */
  readonly clusterId: string;
  /** Of each server. */
  readonly memoryGiB: number;
  /** Of each shard. */
  readonly maxConnections: number;
  /** Of each shard. */
  readonly maxCursors: number;
}

/** A server of a graph. */
export interface WatchedGraphServer extends WatchedClusterServer {
  readonly sort: 'graphServer';
}

/** A cluster of a graph, for what its servers have in common. */
export interface WatchedGraphCluster {
  readonly sort: 'graphCluster';
  /** `DBClusterIdentifier`. */
  readonly identifier: string;
}

/** A function of the kit. */
export interface WatchedFunction<S extends 'smokeTest' | 'provisioning' | 'rotation'> {
  readonly sort: S;
  /** `FunctionName`. */
  readonly identifier: string;
}

/** A topic by which people are told. */
export interface WatchedTopic {
  readonly sort: 'topic';
  /** `TopicName`. */
  readonly identifier: string;
}

/** Work on a store that somebody announced. */
export interface WatchedMaintenance {
  readonly sort: 'maintenance';
  /** First part of the alarm's name, as in `blog-prod-main`. */
  readonly identifier: string;
  readonly tier: string;
  readonly stage: string;
  readonly store: string;
}
