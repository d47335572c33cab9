import { CLUSTER_LIMITS, LIMITS } from '../catalog';
import type { Drawn, Thing } from './dashboard-lines';
import type { WatchedBySort, WatchedServer, WatchedSort } from './watched';

/** A column of the overview, and what it calls the figure. */
export interface InOverview {
  readonly as: 'load' | 'lag' | 'errors';
  readonly label: string;
}

/** One graph of things of one sort. */
export interface Graph<T> extends Pick<Drawn, 'metric' | 'stat' | 'combine'> {
  readonly title: string;
  /** In seconds. @default 300 */
  readonly period?: number;
  /** Dimensions beside those that the thing is known by. @default - none */
  readonly beside?: Readonly<Record<string, string>>;
  /** Parts of a thing that only AWS knows by name: a line each. @default - one, of the whole */
  readonly found?: Thing['found'];
  /** @default - all of them */
  readonly only?: (thing: T) => boolean;
  /** Of servers of clusters that are too many for a line each: what is read of each cluster, for all of its servers. */
  readonly inCommon?: Pick<Drawn, 'stat'> & { readonly beside?: Readonly<Record<string, string>> };
  /** Where a row of the overview shows it too, for the one thing in which it is the most, or the least. */
  readonly overview?: InOverview;
  /** What it can't grow beyond, or be less than where that is 0: the overview says in how many days it gets there. */
  readonly full?: (thing: T) => number | undefined;
  /** What is full then. @default 'storage' */
  readonly fills?: 'memory';
}

const TIB = 2 ** 40;

const MOST = { combine: 'MAX', stat: 'Average' } as const;
const LEAST = { combine: 'MIN', stat: 'Average' } as const;
const COUNTED = { combine: 'MAX', stat: 'Sum' } as const;
const ANY = { stat: 'Maximum' } as const;
const BY_SHARD = { found: { by: ['ShardId'], count: CLUSTER_LIMITS.elasticShards.value } } as const;

const load = (label: string): InOverview => ({ as: 'load', label });
const lag = (label: string): InOverview => ({ as: 'lag', label });
const refused = (label: string): InOverview => ({ as: 'errors', label });

const BUSIEST = load('busiest, % CPU');

const isReplica = ({ role }: WatchedServer): boolean => role === 'replica';
const isMember = ({ role }: WatchedServer): boolean => role === 'member';
const isFollowed = ({ isFollowed: is }: { readonly isFollowed: boolean }): boolean => is;
const scales = ({ capacity }: { readonly capacity?: string }): boolean => capacity === 'scaling';

const SERVER: readonly Graph<WatchedServer>[] = [
  { ...MOST, title: 'CPU, %', metric: 'CPUUtilization', overview: BUSIEST, inCommon: ANY },
  { ...MOST, title: 'sessions that want to run', metric: 'DBLoad', inCommon: ANY },
  { ...MOST, title: 'connections', metric: 'DatabaseConnections', inCommon: ANY },
  { ...LEAST, title: 'free memory, bytes', metric: 'FreeableMemory', inCommon: { stat: 'Minimum' } },
  {
    ...MOST,
    title: 'transaction ids in use',
    metric: 'MaximumUsedTransactionIDs',
    // Replicas have none of their own.
    only: (server) => !isReplica(server),
    inCommon: ANY,
  },
  { ...MOST, title: 'lag, s', metric: 'ReplicaLag', stat: 'Maximum', only: isReplica, overview: lag('furthest, s') },
  {
    ...MOST,
    title: 'lag, ms',
    metric: 'AuroraReplicaLag',
    stat: 'Maximum',
    only: isMember,
    overview: lag('furthest, ms'),
    inCommon: { ...ANY, beside: { Role: 'READER' } },
  },
  {
    ...LEAST,
    title: 'free storage, bytes',
    metric: 'FreeStorageSpace',
    stat: 'Minimum',
    only: ({ storageGiB }) => storageGiB !== undefined,
    full: () => 0,
  },
  { ...MOST, title: 'writes to storage, p90, s', metric: 'WriteLatency', stat: 'p90', inCommon: { stat: 'p90' } },
  { ...MOST, title: 'reads from storage, p90, s', metric: 'ReadLatency', stat: 'p90', inCommon: { stat: 'p90' } },
];

/**
 * What is drawn of each sort of thing, and which of it is in the overview. Where a dashboard has no room for all, the last of each sort are left out
 * first. A sort without a row does not compile.
 */
export const GRAPHS: { readonly [K in WatchedSort]: readonly Graph<WatchedBySort[K]>[] } = {
  server: SERVER,
  cluster: [
    {
      ...MOST,
      title: 'volume, bytes',
      metric: 'VolumeBytesUsed',
      stat: 'Maximum',
      full: () => LIMITS.auroraVolumeTiB.value * TIB,
    },
  ],
  proxy: [
    // Each of a proxy's machines counts its own, every minute: only a sum of one minute is how many there are.
    { ...COUNTED, title: 'connections of proxies', metric: 'DatabaseConnections', period: 60 },
    { ...MOST, title: 'wait for a connection, µs', metric: 'DatabaseConnectionsBorrowLatency' },
  ],
  cacheNode: [
    { ...MOST, title: 'engine, % of its thread', metric: 'EngineCPUUtilization', overview: load('busiest engine, %') },
    {
      ...MOST,
      title: 'memory, %',
      metric: 'DatabaseMemoryUsagePercentage',
      stat: 'Maximum',
      fills: 'memory',
      full: ({ keepsWhatDoesNotExpire }) => (keepsWhatDoesNotExpire ? 100 : undefined),
    },
    {
      ...MOST,
      title: 'lag, s',
      metric: 'ReplicationLag',
      stat: 'Maximum',
      only: isFollowed,
      overview: lag('furthest, s'),
    },
    { ...COUNTED, title: 'evictions in 5 min', metric: 'Evictions' },
    { ...MOST, title: 'connections', metric: 'CurrConnections', beside: { CacheNodeId: '0001' } },
    { ...MOST, title: 'CPU, %', metric: 'CPUUtilization', beside: { CacheNodeId: '0001' } },
  ],
  serverlessCache: [
    {
      ...COUNTED,
      title: 'work, ECPU in 5 min',
      metric: 'ElastiCacheProcessingUnits',
      overview: load('ECPU in 5 min'),
    },
    {
      ...MOST,
      title: 'data, bytes',
      metric: 'BytesUsedForCache',
      stat: 'Maximum',
      fills: 'memory',
      full: ({ maxDataGb }) => (maxDataGb === undefined ? undefined : maxDataGb * 1e9),
    },
    { ...COUNTED, title: 'refused commands', metric: 'ThrottledCmds', overview: refused('refused commands') },
    { ...MOST, title: 'reads, µs', metric: 'SuccessfulReadRequestLatency' },
    { ...MOST, title: 'connections', metric: 'CurrConnections' },
  ],
  table: [
    {
      ...COUNTED,
      title: 'read units in 5 min',
      metric: 'ConsumedReadCapacityUnits',
      overview: load('read units'),
    },
    {
      ...COUNTED,
      title: 'write units in 5 min',
      metric: 'ConsumedWriteCapacityUnits',
      overview: load('write units'),
    },
    { ...COUNTED, title: 'refused reads', metric: 'ReadThrottleEvents', overview: refused('refused reads') },
    { ...COUNTED, title: 'refused writes', metric: 'WriteThrottleEvents', overview: refused('refused writes') },
    { ...MOST, title: 'one item, ms', metric: 'SuccessfulRequestLatency', beside: { Operation: 'GetItem' } },
  ],
  tableIndex: [
    { ...COUNTED, title: 'refused reads of indexes', metric: 'ReadThrottleEvents' },
    { ...COUNTED, title: 'refused writes of indexes', metric: 'WriteThrottleEvents' },
  ],
  tableReplica: [
    { ...MOST, title: 'copies behind, ms', metric: 'ReplicationLatency', overview: lag('furthest copy, ms') },
  ],
  documentServer: [
    { ...MOST, title: 'CPU, %', metric: 'CPUUtilization', overview: BUSIEST },
    { ...MOST, title: 'capacity, % of the largest', metric: 'DCUUtilization', only: scales },
    { ...MOST, title: 'connections', metric: 'DatabaseConnectionsMax', stat: 'Maximum' },
    {
      ...MOST,
      title: 'lag, ms',
      metric: 'DBInstanceReplicaLag',
      stat: 'Maximum',
      only: isFollowed,
      overview: lag('furthest, ms'),
    },
    { ...LEAST, title: 'free memory, bytes', metric: 'FreeableMemory' },
    {
      ...COUNTED,
      title: 'operations held back',
      metric: 'LowMemNumOperationsThrottled',
      overview: refused('held back'),
    },
    { ...LEAST, title: 'pages from memory, %', metric: 'BufferCacheHitRatio' },
    { ...MOST, title: 'cursors', metric: 'DatabaseCursorsMax', stat: 'Maximum' },
  ],
  documentCluster: [
    {
      ...MOST,
      title: 'volume, bytes',
      metric: 'VolumeBytesUsed',
      stat: 'Maximum',
      full: () => CLUSTER_LIMITS.documentVolumeTiB.value * TIB,
    },
    { ...LEAST, title: 'ids left for writes', metric: 'AvailableMVCCIds', stat: 'Minimum' },
  ],
  elasticDocuments: [
    {
      ...MOST,
      ...BY_SHARD,
      title: 'CPU of primaries, %',
      metric: 'PrimaryInstanceCPUUtilization',
      overview: load('busiest shard, %'),
    },
    { ...LEAST, ...BY_SHARD, title: 'free memory of primaries, bytes', metric: 'PrimaryInstanceFreeableMemory' },
    { ...MOST, ...BY_SHARD, title: 'connections', metric: 'DatabaseConnections' },
    { ...MOST, ...BY_SHARD, title: 'cursors', metric: 'DatabaseCursorsMax', stat: 'Maximum' },
    {
      ...MOST,
      ...BY_SHARD,
      title: 'volumes, bytes',
      metric: 'VolumeBytesUsed',
      stat: 'Maximum',
      full: () => CLUSTER_LIMITS.elasticShardTiB.value * TIB,
    },
    { ...LEAST, ...BY_SHARD, title: 'pages from memory, %', metric: 'BufferCacheHitRatio' },
  ],
  graphServer: [
    { ...MOST, title: 'CPU, %', metric: 'CPUUtilization', overview: BUSIEST },
    { ...MOST, title: 'capacity, % of the largest', metric: 'NCUUtilization', only: scales },
    { ...MOST, title: 'queries that wait', metric: 'MainRequestQueuePendingRequests', stat: 'Maximum' },
    {
      ...MOST,
      title: 'lag, ms',
      metric: 'ClusterReplicaLag',
      stat: 'Maximum',
      only: isFollowed,
      overview: lag('furthest, ms'),
    },
    { ...LEAST, title: 'free memory, bytes', metric: 'FreeableMemory' },
    { ...LEAST, title: 'pages from memory, %', metric: 'BufferCacheHitRatio' },
  ],
  graphCluster: [
    {
      ...MOST,
      title: 'volume, bytes',
      metric: 'VolumeBytesUsed',
      stat: 'Maximum',
      full: () => CLUSTER_LIMITS.graphVolumeTiB.value * TIB,
    },
  ],
  smokeTest: [],
  provisioning: [],
  rotation: [],
  topic: [],
  maintenance: [],
};
