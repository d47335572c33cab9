import type { Painter } from './render-status';
import type { ServerRow } from './tier-status';

/** A column: what it is called, and what it shows of a server. */
interface Column {
  readonly title: string;
  readonly cell: (server: ServerRow, nowMs: number) => string;
  /** Figures stand to the right, under one another. */
  readonly align?: 'right';
  /** Where there is no room for all, the one with the lowest goes first. @default - it stays */
  readonly goes?: number;
}

/** Room for a table. */
export interface TableRoom {
  /** Characters of a line. @default - any number */
  readonly columns?: number;
  /** Lines, with the titles. @default - any number */
  readonly rows?: number;
}

const NOTHING = '-';

const COLUMNS: readonly Column[] = [
  { title: 'STORE', cell: ({ store }) => store },
  { title: 'SERVER', cell: ({ name }) => name },
  { title: 'ROLE', cell: ({ role }) => role ?? NOTHING },
  { title: 'PORT', cell: ({ port }) => String(port ?? NOTHING), align: 'right', goes: 2 },
  { title: 'PID', cell: ({ pid }) => String(pid ?? NOTHING), align: 'right', goes: 1 },
  { title: 'LAG', cell: ({ lagMs }) => lagText(lagMs), align: 'right' },
  { title: 'LINK', cell: ({ link }) => link ?? NOTHING, goes: 6 },
  { title: 'CONNECTIONS', cell: ({ connections }) => shareText(connections), align: 'right', goes: 7 },
  { title: 'MEMORY', cell: ({ memory }) => memoryText(memory), align: 'right', goes: 4 },
  { title: 'TX/S', cell: ({ transactions }) => figure(transactions?.perSecond), align: 'right', goes: 3 },
  { title: 'LOAD', cell: ({ dbLoad }) => figure(dbLoad), align: 'right', goes: 8 },
  {
    title: 'RESTORABLE',
    cell: ({ restorableTo }, nowMs) => (restorableTo === undefined ? NOTHING : ago(restorableTo, nowMs)),
    align: 'right',
    goes: 5,
  },
  { title: 'STATE', cell: ({ state }) => state },
];

const GAP = '  ';

/** Servers, a line each. Columns that say nothing are left out; what there is no room for is named below. */
export function tableLines(
  servers: readonly ServerRow[],
  nowMs: number,
  painter: Painter,
  { columns = Infinity, rows = Infinity }: TableRoom,
): readonly string[] {
  if (servers.length === 0) return [];
  const { shown, left } = fitting(
    COLUMNS.map((column) => written(column, servers, nowMs)).filter(({ isEmpty }) => !isEmpty),
    columns,
  );
  const line = (cells: readonly string[]): string => cells.join(GAP).trimEnd();
  const seen = indexesThatFit(servers, rows - 1 - (left.length > 0 ? 1 : 0));
  const hidden = servers.length - seen.length;
  return [
    painter.dim(line(shown.map(({ title }) => title))),
    ...seen.map((index) => {
      const text = line(shown.map(({ cells }) => cells[index] ?? ''));
      return servers[index]?.isWell === false ? painter.red(text) : text;
    }),
    ...(hidden > 0 ? [painter.dim(`and ${hidden} more`)] : []),
    ...(left.length > 0 ? [painter.dim(`no room for ${left.join(', ')}`)] : []),
  ];
}

interface Written {
  readonly title: string;
  readonly cells: readonly string[];
  readonly width: number;
  readonly isEmpty: boolean;
  readonly goes: number;
}

function written(
  { title, cell, align, goes = Infinity }: Column,
  servers: readonly ServerRow[],
  nowMs: number,
): Written {
  const cells = servers.map((server) => cell(server, nowMs));
  const width = Math.max(title.length, ...cells.map(({ length }) => length));
  const pad = (text: string): string => (align === 'right' ? text.padStart(width) : text.padEnd(width));
  const isEmpty = cells.every((text) => text === NOTHING);
  return { title: pad(title), cells: cells.map(pad), width, isEmpty, goes };
}

/** The columns that a line has room for, and the titles of the others. */
function fitting(
  all: readonly Written[],
  columns: number,
): { readonly shown: readonly Written[]; readonly left: readonly string[] } {
  let shown = all;
  const widthOf = (some: readonly Written[]): number =>
    some.reduce((sum, { width }) => sum + width, GAP.length * (some.length - 1));
  while (widthOf(shown) > columns) {
    const [first] = shown.filter(({ goes }) => goes < Infinity).toSorted((one, other) => one.goes - other.goes);
    if (first === undefined) break;
    shown = shown.filter((one) => one !== first);
  }
  return { shown, left: all.filter((one) => !shown.includes(one)).map(({ title }) => title.trim()) };
}

/** Which servers are seen where there is no room for all: first those that are not as they should be, in the order that they stand in. */
function indexesThatFit(servers: readonly ServerRow[], rows: number): readonly number[] {
  const all = servers.map((_, index) => index);
  if (all.length <= rows) return all;
  const isWell = (index: number): boolean => servers[index]?.isWell === true;
  const chosen = [...all.filter((index) => !isWell(index)), ...all.filter(isWell)].slice(0, Math.max(0, rows - 1));
  return chosen.toSorted((one, other) => one - other);
}

function lagText(lagMs: ServerRow['lagMs']): string {
  if (lagMs === undefined) return NOTHING;
  if (lagMs === 'unknown') return 'unknown';
  return lagMs < 10_000 ? `${Math.round(lagMs)} ms` : `${Math.round(lagMs / 1_000)} s`;
}

function shareText(connections: ServerRow['connections']): string {
  if (connections === undefined) return NOTHING;
  const { used, most } = connections;
  return most === undefined ? String(used) : `${used}/${most}`;
}

const MIB = 1_048_576;

function memoryText(memory: ServerRow['memory']): string {
  if (memory === undefined) return NOTHING;
  const { bytes, percent } = memory;
  const size =
    bytes === undefined
      ? []
      : [bytes < 1024 * MIB ? `${figure(bytes / MIB)} MiB` : `${figure(bytes / MIB / 1024)} GiB`];
  return [...size, ...(percent === undefined ? [] : [`${figure(percent)} %`])].join(', ') || NOTHING;
}

const figure = (value: number | undefined): string =>
  value === undefined ? NOTHING : value >= 100 ? String(Math.round(value)) : value.toFixed(1);

const UNITS = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1_000 },
] as const;

/** `3 min ago`, by the largest unit that fits. */
export function ago(at: string, nowMs: number): string {
  const passed = Math.max(0, nowMs - Date.parse(at));
  const { unit, ms } = UNITS.find(({ ms: size }) => passed >= size) ?? UNITS[3];
  return `${Math.floor(passed / ms)} ${unit} ago`;
}
