import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedFunction } from './watched';

/** How often a protected stage is proven. */
export const PROOF_PERIOD_SECONDS = 3600;

/** Proofs missed before somebody is told. */
const MISSED_PROOFS = 3;

const onFunction = {
  namespace: 'AWS/Lambda',
  dimensions: ({ identifier }: { readonly identifier: string }) => ({ FunctionName: identifier }),
};

const failed = <S>(changes: Pick<AlarmRow<S>, 'periodSeconds' | 'severity' | 'runbook' | 'meaning'>): AlarmRow<S> => ({
  ...changes,
  name: 'failed',
  reads: { metric: 'Errors', statistic: 'Sum' },
  unit: 'Count',
  datapoints: [1, 1],
  comparison: 'above',
  threshold: () => 0,
  rule: 'any',
  missing: 'notBreaching',
  source: `${SOURCES.recommended}, which leaves the figure to who uses it`,
});

const throttled = <S>(changes: Pick<AlarmRow<S>, 'runbook' | 'meaning'>): AlarmRow<S> => ({
  ...changes,
  name: 'throttled',
  reads: { metric: 'Throttles', statistic: 'Sum' },
  unit: 'Count',
  periodSeconds: 300,
  datapoints: [1, 1],
  comparison: 'above',
  threshold: () => 0,
  rule: 'any',
  missing: 'notBreaching',
  severity: 'ticket',
  source: `${SOURCES.recommended}, which leaves the figure to who uses it`,
});

/** What each function that proves a family of stores is watched for: that it finds nothing, and that it runs. */
export const SMOKE_TEST_ALARMS: AlarmGroup<WatchedFunction<'smokeTest'>> = {
  ...onFunction,
  watches: 'the smoke test of each family of stores',
  rows: [
    failed({
      periodSeconds: PROOF_PERIOD_SECONDS,
      severity: 'page',
      runbook: 'smoke-test',
      meaning: 'a promise of the tier is broken: the last lines of the function’s log say which',
    }),
    {
      name: 'not-run',
      reads: { metric: 'Invocations', statistic: 'Sum' },
      unit: 'Count',
      periodSeconds: PROOF_PERIOD_SECONDS,
      datapoints: [MISSED_PROOFS, MISSED_PROOFS],
      comparison: 'below',
      threshold: () => 1,
      rule: `none for ${MISSED_PROOFS} hours`,
      missing: 'breaching',
      severity: 'page',
      runbook: 'smoke-test',
      meaning: `nobody has proven the stores of the family for ${MISSED_PROOFS} hours: see the schedule of the same name`,
      source: 'the kit: the schedule runs it by the hour',
    },
    throttled({
      runbook: 'smoke-test',
      meaning: 'the account runs as many functions as it may: the smoke test did not start',
    }),
  ],
};

/** What each function that provisions a family of stores is watched for. It runs with deployments only, so that nobody misses it. */
export const PROVISIONING_ALARMS: AlarmGroup<WatchedFunction<'provisioning'>> = {
  ...onFunction,
  watches: 'provisioning of each family of stores',
  rows: [
    failed({
      periodSeconds: 300,
      severity: 'ticket',
      runbook: 'provisioning',
      meaning: 'a database did not get its roles, schema or buckets: the last lines of the function’s log say which',
    }),
    throttled({
      runbook: 'provisioning',
      meaning: 'the account runs as many functions as it may: provisioning did not start',
    }),
  ],
};

/** What each function that rotates the passwords of a family of stores is watched for. It runs when a password is due, so that nobody misses it. */
export const ROTATION_ALARMS: AlarmGroup<WatchedFunction<'rotation'>> = {
  ...onFunction,
  watches: 'rotation of the passwords of a family of stores',
  rows: [
    failed({
      periodSeconds: 300,
      severity: 'ticket',
      runbook: 'rotation',
      meaning:
        'a password was not changed, the one before is still taken: the last lines of the function’s log say whose',
    }),
    throttled({
      runbook: 'rotation',
      meaning: 'the account runs as many functions as it may: a step of a rotation did not start',
    }),
  ],
};
