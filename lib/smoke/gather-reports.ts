import { countOutcomes, type SmokeReport } from './report';

/**
 * One report of what several functions proved side by side, in the order of `stores`. It began when the first began, and lasted until the last ended.
 * At least one report.
 */
export function gatherReports(
  reports: readonly [SmokeReport, ...SmokeReport[]],
  stores: readonly string[],
): SmokeReport {
  const outcomes = reports
    .flatMap((report) => report.outcomes)
    .sort((one, other) => stores.indexOf(one.store) - stores.indexOf(other.store));
  const begin = Math.min(...reports.map(({ startedAt }) => Date.parse(startedAt)));
  const end = Math.max(...reports.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs));
  return {
    ...reports[0],
    startedAt: new Date(begin).toISOString(),
    durationMs: end - begin,
    counts: countOutcomes(outcomes),
    outcomes,
  };
}
