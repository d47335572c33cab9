import type { Cores } from './cores';
import { verdictOf, type Limit, type PairedResult } from './paired';

/** One line of `npm run bench`: a promise, and what came of it. */
export type Row = MeasuredRow | SkippedRow;

export interface MeasuredRow {
  readonly name: string;
  readonly limit: Limit;
  readonly result: PairedResult;
}

/** What could not be measured here counts neither as kept nor as missed. */
export interface SkippedRow {
  readonly name: string;
  readonly limit: Limit;
  /** Why, and what to do: `pgbouncer is not installed (apt-get install pgbouncer)`. */
  readonly skipped: string;
}

/** Takes rows as they come. */
export type Report = (row: Row) => void;

/** A row for programs: `--json`. */
export type Figure =
  | ({ readonly name: string; readonly limit: Limit; readonly verdict: 'ok' | 'miss' } & PairedResult)
  | { readonly name: string; readonly limit: Limit; readonly verdict: 'skipped'; readonly reason: string };

export function figureOf(row: Row): Figure {
  const { name, limit } = row;
  return 'skipped' in row
    ? { name, limit, verdict: 'skipped', reason: row.skipped }
    : { name, limit, ...row.result, verdict: verdictOf(row.result, limit) };
}

const SIGNS = { ok: '✓', miss: '✗', skipped: '-' } as const;
const NAME_WIDTH = 44;

/** A row for people, one line. */
export function rowText(row: Row): string {
  const figure = figureOf(row);
  const start = `${SIGNS[figure.verdict]}  ${figure.name.padEnd(NAME_WIDTH)}`;
  if (figure.verdict === 'skipped') return `${start}  skipped: ${figure.reason}`;
  const { median, low, high, unit, limit, detail } = figure;
  return [
    start,
    valueText(median, unit).padStart(8),
    `[${valueText(low, unit)}, ${valueText(high, unit)}]`.padEnd(20),
    limitText(limit, unit).padEnd(10),
    detail,
  ].join('  ');
}

/** Who runs where while the router is measured against others. */
export const coresText = ({ halves }: Pick<Cores, 'halves'>): string =>
  halves
    ? `read, write, session: clients on cores ${halves.clients}, servers and proxies on cores ${halves.servers}`
    : 'read, write, session: clients, servers and proxies share all cores';

/** What stands below the rows: `12 of 13 within their limits, 1 missed, 2 skipped`. */
export function totalText(figures: readonly Figure[]): string {
  const count = (verdict: Figure['verdict']): number => figures.filter((figure) => figure.verdict === verdict).length;
  const [ok, miss, skipped] = [count('ok'), count('miss'), count('skipped')];
  return [
    `${ok} of ${ok + miss} within their limits`,
    ...(miss > 0 ? [`${miss} missed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}

const valueText = (value: number, unit: PairedResult['unit']): string =>
  `${value.toFixed(2)}${unit === 's' ? ' s' : unit}`;

const limitText = (limit: Limit, unit: PairedResult['unit']): string =>
  'atLeast' in limit ? `≥ ${valueText(limit.atLeast, unit)}` : `≤ ${valueText(limit.atMost, unit)}`;
