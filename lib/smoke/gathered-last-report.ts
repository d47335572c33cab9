import { functionName, logGroupOf, type StoreFamily } from '../topology';
import type { LastReport } from './last-report';
import type { Painter } from './report-text';
import type { SmokeCounts } from './report';

/** Version of the JSON of the last proofs of a deployed tier. The first was of one function's. */
export const DEPLOYED_LAST_REPORT_VERSION = 2;

/** The last proofs of a deployed tier in one: each family's stores are proven by a function of their own. */
export interface DeployedLastReport extends Omit<LastReport, 'version' | 'run'> {
  readonly version: typeof DEPLOYED_LAST_REPORT_VERSION;
  /** Of the one that is oldest, ISO 8601. */
  readonly startedAt: string;
  /** Of the one that took longest. */
  readonly durationMs: number;
  /** By family: by it the whole report is found in the log of its function. */
  readonly runs: Readonly<Partial<Record<StoreFamily, string>>>;
  /** Families of which nothing was proven yet. */
  readonly notProven: readonly StoreFamily[];
}

/** Gathers last reports by family, undefined where there is none; undefined where there is none at all. */
export function gatherLastReports(
  reports: readonly (readonly [StoreFamily, LastReport | undefined])[],
): DeployedLastReport | undefined {
  const kept = reports.flatMap(([, report]) => report ?? []);
  const [first] = kept;
  if (first === undefined) return undefined;
  const { tier, stage } = first;
  const sum = (countOf: (report: LastReport) => number): number =>
    kept.reduce((total, report) => total + countOf(report), 0);
  const counts: SmokeCounts = {
    passed: sum((report) => report.counts.passed),
    failed: sum((report) => report.counts.failed),
    skipped: sum((report) => report.counts.skipped),
  };
  return {
    version: DEPLOYED_LAST_REPORT_VERSION,
    tier,
    stage,
    runs: Object.fromEntries(
      reports.flatMap(([family, report]) => (report === undefined ? [] : [[family, report.run]])),
    ),
    startedAt: kept.map(({ startedAt }) => startedAt).sort()[0] as string,
    durationMs: Math.max(...kept.map(({ durationMs }) => durationMs)),
    counts,
    stores: Object.assign({}, ...kept.map(({ stores }) => stores)) as LastReport['stores'],
    failures: kept.flatMap(({ failures }) => failures),
    omitted: sum(({ omitted }) => omitted),
    notProven: reports.flatMap(([family, report]) => (report === undefined ? [family] : [])),
  };
}

/** For a terminal: when it was, a line a store, what failed, and the counts as the last line. */
export function renderLastReport(report: DeployedLastReport, { dim, green, red }: Painter): string {
  const { tier, stage, runs, startedAt, failures, omitted, notProven, counts: all } = report;
  const stores = Object.entries(report.stores);
  const width = Math.max(...stores.map(([store]) => store.length));
  return [
    `${tier}/${stage} as it was proven at ${startedAt}`,
    ...stores.map(([store, { passed, failed }]) => {
      const mark = failed > 0 ? red('✗') : passed > 0 ? green('✓') : '-';
      return `${mark} ${store.padEnd(width)}  ${passed}/${passed + failed}`;
    }),
    ...failures.flatMap(({ subject, check, reason, unaffected, next }) => [
      `${red('✗')} ${subject} ${check}: ${reason}`,
      `  unaffected: ${unaffected}`,
      `  next: ${next}`,
    ]),
    ...(omitted > 0 ? [`${red('✗')} ${omitted} more failed`] : []),
    ...notProven.map((family) => `${dim('-')} ${family}: nothing was proven yet`),
    ...Object.entries(runs).map(([family, run]) => {
      const group = logGroupOf(functionName(tier, stage, `smoke-${family as StoreFamily}`));
      return dim(`the whole report of ${family} is in the log group ${group}, run ${run}`);
    }),
    `${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`,
    '',
  ].join('\n');
}
