import type { DrillReport } from './drill-report';
import type { DrillStep, DrillTimes } from './rehearsal';

/** Colours text; a caller whose output is no terminal passes one that leaves it alone. */
export interface Painter {
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
}

/** `340 ms`, `1.9 s`. */
const duration = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** `  + 134 ms  mitigate  r1 was promoted`: a line of the log. */
export function renderStep({ kind, atMs, text }: DrillStep, { dim, red }: Painter): string {
  const paint = kind === 'break' ? red : kind === 'look' ? dim : (plain: string): string => plain;
  return `  ${dim(`+${duration(atMs).padStart(7)}`)}  ${paint(`${kind.padEnd(8)}  ${text}`)}`;
}

/** `detected after 35 ms, mitigated after 199 ms, recovered after 203 ms`. */
export function renderTimes({ detectMs, mitigateMs, recoverMs }: DrillTimes): string {
  const time = (name: string, ms: number | undefined): string =>
    `${name} ${ms === undefined ? 'never' : `after ${duration(ms)}`}`;
  return [time('detected', detectMs), time('mitigated', mitigateMs), time('recovered', recoverMs)].join(', ');
}

/** `connectionsOpened` as `connections opened`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** How it went: the three times, what was measured, and what to read. */
export function renderOutcome(report: DrillReport, { green, red }: Painter): string {
  const { drill, store, times, facts, passed, failures, leftBehind, smoke } = report;
  const measured = Object.entries(facts).map(([name, value]) => `${words(name)} ${value}`);
  const { passed: proven, failed, skipped } = smoke.after;
  return [
    `${passed ? green('✓') : red('✗')} ${drill} of ${store}: ${renderTimes(times)}`,
    ...(measured.length > 0 ? [`  ${measured.join(', ')}`] : []),
    ...failures.map((failure) => `  ${red('✗')} ${failure}`),
    ...leftBehind.map((left) => `  ${red('✗')} not undone: ${left}`),
    `  next: npx polystore runbook ${report.runbook}`,
    `${proven} passed, ${failed} failed, ${skipped} skipped`,
    '',
  ].join('\n');
}
