import { renderDuration, renderTimes } from '../runbooks/drill-record';
import type { DrillReport } from './drill-report';
import type { DrillStep } from './rehearsal';

/** Colours text; a caller whose output is no terminal passes one that leaves it alone. */
export interface Painter {
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
}

/** `  + 134 ms  mitigate  r1 was promoted`: a line of the log. */
export function renderStep({ kind, atMs, text }: DrillStep, { dim, red }: Painter): string {
  const paint = kind === 'break' ? red : kind === 'look' ? dim : (plain: string): string => plain;
  return `  ${dim(`+${renderDuration(atMs).padStart(7)}`)}  ${paint(`${kind.padEnd(8)}  ${text}`)}`;
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
