import { listNames } from './list-names';
import { countOutcomes, type Failed, type Outcome, type Skipped, type SmokeReport } from './report';

/** Colours text; a caller whose output is no terminal passes one that leaves it alone. */
export interface Painter {
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
}

/** The report for a terminal: a line a store, then every failure with what to do, what was skipped, and the counts as the last line. */
export function renderReport(report: SmokeReport, painter: Painter): string {
  const { passed, failed, skipped } = report.counts;
  return [
    ...storeLines(report.outcomes, painter),
    ...exceptionLines(report.outcomes, painter),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
    '',
  ].join('\n');
}

/** Every failure and everything skipped, without the stores that are well and without the counts. Ends with a newline unless it is empty. */
export function renderExceptions(outcomes: readonly Outcome[], painter: Painter): string {
  return exceptionLines(outcomes, painter)
    .map((line) => `${line}\n`)
    .join('');
}

/** `✓ main   16/16`: passed of those that were not skipped. */
function storeLines(outcomes: readonly Outcome[], painter: Painter): readonly string[] {
  const stores = [...new Set(outcomes.map(({ store }) => store))];
  const width = Math.max(...stores.map((store) => store.length));
  return stores.map((store) => {
    const { passed, failed } = countOutcomes(outcomes.filter((outcome) => outcome.store === store));
    const mark = failed > 0 ? painter.red('✗') : passed > 0 ? painter.green('✓') : '-';
    return `${mark} ${store.padEnd(width)}  ${passed}/${passed + failed}`;
  });
}

function exceptionLines(outcomes: readonly Outcome[], painter: Painter): readonly string[] {
  const failed = outcomes.filter((outcome) => outcome.status === 'failed');
  const skipped = outcomes.filter((outcome) => outcome.status === 'skipped');
  return [...failed.flatMap((failure) => failureLines(failure, painter)), ...skippedLines(skipped, painter)];
}

function failureLines(failure: Failed, painter: Painter): readonly string[] {
  const { subject, check, reason, durationMs, evidence, notes, unaffected, next } = failure;
  const seen = Object.entries(evidence).map(([name, value]) => `${name} ${valueText(value)}`);
  return [
    `${painter.red('✗')} ${subject} ${check}: ${reason}, ${(durationMs / 1000).toFixed(1)} s`,
    ...(seen.length > 0 ? [`  ${painter.dim(seen.join('; '))}`] : []),
    ...(notes ?? []).map((note) => `  ${note}`),
    `  unaffected: ${unaffected}`,
    `  next: ${next}`,
  ];
}

/** More than these of one check are counted: who needs all of them reads the JSON. */
const NAMES_MOST = 8;

/** What was skipped for one reason stands on one line: `kms-encryption, multi-az of main, posts`. */
function skippedLines(skipped: readonly Skipped[], painter: Painter): readonly string[] {
  return [...groupBy(skipped, ({ reason }) => reason)].map(([reason, outcomes]) => {
    const ofCheck = [...groupBy(outcomes, ({ check }) => check)].map(([check, those]) => ({
      check,
      subjects: those.map(({ subject }) => subject),
    }));
    const parts = [...groupBy(ofCheck, ({ subjects }) => subjects.join('\n')).values()].map((alike) => {
      const checks = alike.map(({ check }) => check).join(', ');
      return `${checks} of ${listNames(alike[0]?.subjects ?? [], NAMES_MOST)}`;
    });
    return `${painter.dim('-')} skipped ${parts.join('; ')}: ${reason}`;
  });
}

/** In the order in which each group's first thing stands. */
function groupBy<T>(things: readonly T[], nameOf: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) groups.set(nameOf(thing), [...(groups.get(nameOf(thing)) ?? []), thing]);
  return groups;
}

function valueText(value: Failed['evidence'][string]): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.join(', ');
  return Object.entries(value)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
