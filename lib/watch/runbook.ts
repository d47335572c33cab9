/** Runbooks that alarms lead to, by the name that `polystore runbook` takes. */
export const RUNBOOKS = [
  'backups',
  'cache',
  'connections',
  'documents',
  'failover',
  'graphs',
  'load',
  'provisioning',
  'region-loss',
  'replica-lag',
  'rotation',
  'smoke-test',
  'storage',
  'throttling',
  'transaction-ids',
] as const;

export type Runbook = (typeof RUNBOOKS)[number];
