import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedCacheNode, WatchedServerlessCache } from './watched';

/** Below so many processors the engine's own thread has most of one, and the whole node says more. */
const PROCESSORS_OF_ENGINE = 4;

const NODE = { missing: 'missing', runbook: 'cache' } as const;

const NODE_ROWS: readonly AlarmRow<WatchedCacheNode>[] = [
  {
    ...NODE,
    name: 'EngineCPUUtilization',
    reads: { metric: 'EngineCPUUtilization', statistic: 'Average' },
    unit: 'Percent',
    periodSeconds: 60,
    datapoints: [5, 5],
    comparison: 'above',
    threshold: ({ vcpu }) => (vcpu < PROCESSORS_OF_ENGINE ? undefined : 90),
    rule: '90 %, of nodes with 4 processors or more',
    severity: 'page',
    meaning: 'the one thread that runs commands is nearly always busy: clients wait for each other',
    source: SOURCES.recommended,
  },
  {
    ...NODE,
    name: 'NodeCPUUtilization',
    reads: { metric: 'CPUUtilization', statistic: 'Average', dimensions: { CacheNodeId: '0001' } },
    unit: 'Percent',
    periodSeconds: 60,
    datapoints: [5, 5],
    comparison: 'above',
    threshold: ({ vcpu }) => (vcpu < PROCESSORS_OF_ENGINE ? 90 / vcpu : undefined),
    rule: '90 % of one processor, of nodes with fewer than 4',
    severity: 'page',
    meaning: 'the engine has all that its one thread can have: clients wait for each other',
    source: SOURCES.cacheMetrics,
  },
  {
    ...NODE,
    name: 'DatabaseMemoryUsagePercentage',
    reads: { metric: 'DatabaseMemoryUsagePercentage', statistic: 'Maximum' },
    unit: 'Percent',
    periodSeconds: 60,
    datapoints: [5, 5],
    comparison: 'above',
    threshold: () => 80,
    rule: '80 % of what the node may keep',
    severity: 'ticket',
    meaning: 'memory is nearly full: keys are about to be dropped, or writes refused',
    source: `${SOURCES.recommended}, which leaves the figure to who uses it`,
  },
  {
    ...NODE,
    runbook: 'cache',
    name: 'ReplicationLag',
    reads: { metric: 'ReplicationLag', statistic: 'Average' },
    unit: 'Seconds',
    periodSeconds: 60,
    datapoints: [15, 15],
    comparison: 'above',
    threshold: ({ isFollowed }) => (isFollowed ? 1 : undefined),
    rule: '1 s, where there are replicas',
    // A primary follows nobody, and says nothing.
    missing: 'notBreaching',
    severity: 'ticket',
    meaning: 'reads of a replica are old, and what it lacks is lost with its primary',
    source: `${SOURCES.recommended}, which leaves the figure to who uses it`,
  },
  {
    ...NODE,
    name: 'Evictions',
    reads: { metric: 'Evictions', statistic: 'Sum' },
    unit: 'Count',
    periodSeconds: 300,
    datapoints: [2, 3],
    comparison: 'above',
    threshold: ({ keepsWhatDoesNotExpire }) => (keepsWhatDoesNotExpire ? undefined : 100),
    rule: '100 in 5 minutes, where keys that do not expire are dropped too',
    missing: 'notBreaching',
    severity: 'ticket',
    meaning: 'keys are dropped for want of memory, whether they expire or not',
    source: `the kit: AWS names no threshold (${SOURCES.cacheMetrics})`,
  },
];

/** What each node of a cache is watched for. */
export const CACHE_NODE_ALARMS: AlarmGroup<WatchedCacheNode> = {
  watches: 'a node of a cache',
  namespace: 'AWS/ElastiCache',
  dimensions: ({ identifier }) => ({ CacheClusterId: identifier }),
  rows: NODE_ROWS,
};

const SERVERLESS_ROWS: readonly AlarmRow<WatchedServerlessCache>[] = [
  {
    name: 'ThrottledCmds',
    reads: { metric: 'ThrottledCmds', statistic: 'Sum' },
    unit: 'Count',
    periodSeconds: 60,
    datapoints: [2, 3],
    comparison: 'above',
    threshold: () => 0,
    rule: 'any',
    missing: 'notBreaching',
    severity: 'page',
    runbook: 'cache',
    meaning: 'ElastiCache refuses commands: the cache grows too slowly, or is at its limit',
    source: `the kit: AWS names no threshold (${SOURCES.serverlessCacheMetrics})`,
  },
  {
    name: 'BytesUsedForCache',
    reads: { metric: 'BytesUsedForCache', statistic: 'Maximum' },
    unit: 'Bytes',
    periodSeconds: 300,
    datapoints: [2, 3],
    comparison: 'above',
    threshold: ({ maxDataGb }) => (maxDataGb === undefined ? undefined : maxDataGb * 1e9 * 0.8),
    rule: '80 % of dataGb.max',
    missing: 'notBreaching',
    severity: 'ticket',
    runbook: 'cache',
    meaning: 'the cache is nearly as large as it may become: keys that expire are about to be dropped',
    source: `the kit: AWS names no threshold (${SOURCES.serverlessCacheMetrics})`,
  },
  {
    name: 'SuccessfulReadRequestLatency',
    reads: { metric: 'SuccessfulReadRequestLatency', statistic: 'Average' },
    unit: 'Microseconds',
    periodSeconds: 60,
    datapoints: [3, 5],
    comparison: 'above',
    threshold: () => 5_000,
    rule: '5 ms',
    missing: 'notBreaching',
    severity: 'ticket',
    runbook: 'cache',
    meaning: 'reads take longer than what the cache is there to save',
    source: `the kit: AWS names no threshold (${SOURCES.serverlessCacheMetrics})`,
  },
];

/** What a serverless cache is watched for. */
export const SERVERLESS_CACHE_ALARMS: AlarmGroup<WatchedServerlessCache> = {
  watches: 'a serverless cache',
  namespace: 'AWS/ElastiCache',
  dimensions: ({ identifier }) => ({ ServerlessCacheName: identifier }),
  rows: SERVERLESS_ROWS,
};
