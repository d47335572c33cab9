import { UNKNOWN_PRICE } from '../catalog';
import type { CostEstimate, CostLine, Usd } from './cost-estimate';

/** `dev ≈ $212/month`; `prod ≥ $980/month (2 prices unknown)` where something has no known price. */
export function renderCostLine(estimate: CostEstimate): string {
  const { stage, monthlyUsd, atLeast, region, priceRegion } = estimate;
  const missing = estimate.unknown.filter(({ billedBy }) => billedBy === 'time').length;
  const elsewhere = region !== undefined && region !== priceRegion ? ` at prices of ${priceRegion}` : '';
  const gap = atLeast ? ` (${missing} ${missing === 1 ? 'price' : 'prices'} unknown)` : '';
  return `${stage} ${atLeast ? '≥' : '≈'} $${Math.round(monthlyUsd).toLocaleString('en-US')}/month${elsewhere}${gap}`;
}

/** The estimate for a terminal: a table of what is billed by time, then what is billed by use, unknown and assumed. Ends with a newline. */
export function renderCost(estimate: CostEstimate): string {
  const rows = estimate.parts.flatMap(({ part, lines, monthlyUsd, atLeast }) => {
    const standing = lines.filter(({ billedBy }) => billedBy === 'time').sort((a, b) => weightOf(b) - weightOf(a));
    if (standing.length === 0) return [];
    return [
      ...standing.map((line) => [part, line.item, amountOf(line), `${line.usdPerUnit}/${line.unit}`, show(line)]),
      [part, 'together', '', '', `${atLeast ? '≥ ' : ''}${monthlyUsd.toFixed(2)}`],
    ];
  });
  return [
    ...renderTable(['PART', 'ITEM', 'QUANTITY', 'USD EACH', 'USD A MONTH'], rows),
    '',
    `${estimate.tier}/${renderCostLine(estimate)}`,
    ...section('billed by use, not counted', usePrices(estimate)),
    ...section('no price known', unknownItems(estimate)),
    ...section('assumed', [
      ...estimate.assumptions,
      `Prices were published from ${estimate.pricesFrom.oldest} to ${estimate.pricesFrom.newest}; --json has the source of each.`,
    ]),
    '',
  ].join('\n');
}

const show = ({ monthlyUsd }: CostLine): string =>
  monthlyUsd === UNKNOWN_PRICE ? UNKNOWN_PRICE : monthlyUsd.toFixed(2);

/** `3 × 730 instance-hours`, `30 GiB`. */
function amountOf({ resources, quantity, unit }: CostLine): string {
  const [thing, time] = unit.split('-');
  if (time === 'hour') return `${resources} × ${quantity / resources} h`;
  return thing === 'GiB' ? `${quantity} GiB` : String(quantity);
}

/** The dearest first, and before them what may be dearer still. */
const weightOf = ({ monthlyUsd }: CostLine): number => (monthlyUsd === UNKNOWN_PRICE ? Infinity : monthlyUsd);

/** What is billed by use, each once: its price is the same wherever it stands. */
function usePrices({ parts }: CostEstimate): readonly string[] {
  const lines = parts.flatMap(({ lines }) => lines.filter(({ billedBy }) => billedBy === 'use'));
  return [...new Set(lines.map(({ item, usdPerUnit, unit }) => `${item}: ${showUsd(usdPerUnit)} per ${unit}`))];
}

const showUsd = (usd: Usd): string => (usd === UNKNOWN_PRICE ? 'unknown' : `$${usd}`);

/** Each once, with the parts that it stands in. */
function unknownItems({ unknown }: CostEstimate): readonly string[] {
  return [...new Set(unknown.map(({ item }) => item))].map((item) => {
    const parts = unknown.filter((entry) => entry.item === item).map(({ part }) => part);
    return `${item} (${parts.join(', ')})`;
  });
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** Columns as wide as their widest cell, the last to the right. */
function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === header.length - 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  '),
  );
}
