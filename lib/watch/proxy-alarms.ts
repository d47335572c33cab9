import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedProxy } from './watched';

/** Each proxy runs on several machines, each of which says how many: only a sum is the whole. Some say nothing before the first connection. */
const PROXY = {
  missing: 'notBreaching',
  source: `the kit: AWS names no threshold (${SOURCES.proxyMetrics})`,
} as const;

const SUM = 'Sum';

const ROWS: readonly AlarmRow<WatchedProxy>[] = [
  {
    ...PROXY,
    name: 'Saturation',
    reads: {
      expression: '100 * FILL(open, REPEAT) / allowed',
      metrics: {
        open: { metric: 'DatabaseConnections', statistic: SUM },
        allowed: { metric: 'MaxDatabaseConnectionsAllowed', statistic: SUM },
      },
    },
    unit: 'Percent',
    periodSeconds: 60,
    datapoints: [5, 5],
    comparison: 'above',
    threshold: () => 80,
    rule: '80 % of what the proxy may open',
    severity: 'page',
    runbook: 'connections',
    meaning: 'nearly every connection that the proxy may open is open: clients are about to wait',
  },
  {
    ...PROXY,
    name: 'Pinned',
    reads: {
      expression: '100 * FILL(pinned, REPEAT) / borrowed',
      metrics: {
        pinned: { metric: 'DatabaseConnectionsCurrentlySessionPinned', statistic: SUM },
        borrowed: { metric: 'DatabaseConnectionsCurrentlyBorrowed', statistic: SUM },
      },
    },
    unit: 'Percent',
    periodSeconds: 300,
    datapoints: [3, 3],
    comparison: 'above',
    threshold: () => 30,
    rule: '30 % of the connections in use',
    severity: 'ticket',
    runbook: 'connections',
    meaning: 'clients keep connections for themselves by what they change in their sessions: the proxy shares little',
  },
  {
    ...PROXY,
    name: 'DatabaseConnectionsBorrowLatency',
    reads: { metric: 'DatabaseConnectionsBorrowLatency', statistic: 'Average' },
    unit: 'Microseconds',
    periodSeconds: 60,
    datapoints: [5, 5],
    comparison: 'above',
    threshold: () => 100_000,
    rule: '100 ms',
    severity: 'ticket',
    runbook: 'connections',
    meaning: 'clients wait for a connection longer than most queries take',
  },
  {
    ...PROXY,
    name: 'DatabaseConnectionsSetupFailed',
    reads: { metric: 'DatabaseConnectionsSetupFailed', statistic: SUM },
    unit: 'Count',
    periodSeconds: 300,
    datapoints: [2, 3],
    comparison: 'above',
    threshold: () => 0,
    rule: 'any',
    severity: 'page',
    runbook: 'connections',
    meaning: 'the proxy can’t connect to its server',
  },
  {
    ...PROXY,
    name: 'ClientConnectionsSetupFailedAuth',
    reads: { metric: 'ClientConnectionsSetupFailedAuth', statistic: SUM },
    unit: 'Count',
    periodSeconds: 300,
    datapoints: [2, 3],
    comparison: 'above',
    threshold: () => 0,
    rule: 'any',
    severity: 'ticket',
    runbook: 'connections',
    meaning: 'clients are turned away: a wrong password, or no TLS',
  },
];

/** What every RDS Proxy is watched for. */
export const PROXY_ALARMS: AlarmGroup<WatchedProxy> = {
  watches: 'an RDS Proxy',
  namespace: 'AWS/RDS',
  dimensions: ({ identifier }) => ({ ProxyName: identifier }),
  rows: ROWS,
};
