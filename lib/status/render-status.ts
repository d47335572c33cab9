import type { FiringAlarm, ServerRow, TierStatus } from './tier-status';

/** Colours text; a caller whose output is no terminal passes one that leaves it alone. */
export interface Painter {
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** A column: what it is called, and what it shows of a server. */
interface Column {
  readonly title: string;
  readonly cell: (server: ServerRow, nowMs: number) => string;
  /** Figures stand to the right, under one another. */
  readonly align?: 'right';
}

const NOTHING = '-';

const COLUMNS: readonly Column[] = [
  { title: 'STORE', cell: ({ store }) => store },
  { title: 'SERVER', cell: ({ name }) => name },
  { title: 'ROLE', cell: ({ role }) => role ?? NOTHING },
  { title: 'PORT', cell: ({ port }) => String(port ?? NOTHING), align: 'right' },
  { title: 'PID', cell: ({ pid }) => String(pid ?? NOTHING), align: 'right' },
  { title: 'LAG', cell: ({ lagMs }) => lagText(lagMs), align: 'right' },
  { title: 'LINK', cell: ({ link }) => link ?? NOTHING },
  { title: 'CONNECTIONS', cell: ({ connections }) => shareText(connections), align: 'right' },
  { title: 'MEMORY', cell: ({ memory }) => memoryText(memory), align: 'right' },
  { title: 'TX/S', cell: ({ transactions }) => figure(transactions?.perSecond), align: 'right' },
  { title: 'LOAD', cell: ({ dbLoad }) => figure(dbLoad), align: 'right' },
  {
    title: 'RESTORABLE',
    cell: ({ restorableTo }, nowMs) => (restorableTo === undefined ? NOTHING : ago(restorableTo, nowMs)),
    align: 'right',
  },
  { title: 'STATE', cell: ({ state }) => state },
];

/** The state of a tier for a terminal: a line a server, then what fires and what to do, then the last proof. Columns that say nothing are left out. */
export function renderStatus(status: TierStatus, painter: Painter): string {
  const nowMs = Date.parse(status.at);
  return [
    ...(status.servers.length > 0 ? tableLines(status.servers, nowMs, painter) : []),
    ...status.alarms.flatMap((alarm) => alarmLines(alarm, nowMs, painter)),
    ...status.unknown.map((what) => `${painter.yellow('?')} ${what}`),
    proofLine(status, nowMs, painter),
    '',
  ].join('\n');
}

function tableLines(servers: readonly ServerRow[], nowMs: number, painter: Painter): readonly string[] {
  const shown = COLUMNS.map(({ title, cell, align }) => {
    const cells = servers.map((server) => cell(server, nowMs));
    const width = Math.max(title.length, ...cells.map(({ length }) => length));
    const pad = (text: string): string => (align === 'right' ? text.padStart(width) : text.padEnd(width));
    return { title: pad(title), cells: cells.map(pad), isEmpty: cells.every((text) => text === NOTHING) };
  }).filter(({ isEmpty }) => !isEmpty);
  const line = (cells: readonly string[]): string => cells.join('  ').trimEnd();
  return [
    painter.dim(line(shown.map(({ title }) => title))),
    ...servers.map((server, row) => {
      const text = line(shown.map(({ cells }) => cells[row] ?? ''));
      return server.isWell ? text : painter.red(text);
    }),
  ];
}

function alarmLines({ name, says, since, runbook }: FiringAlarm, nowMs: number, painter: Painter): readonly string[] {
  const when = since === undefined ? '' : painter.dim(`, ${ago(since, nowMs)}`);
  const head = says.startsWith(name.split(' ')[0] ?? name) ? says : `${name}: ${says}`;
  return [
    `${painter.red('✗')} ${head}${when}`,
    ...(runbook === undefined ? [] : [`  next: npx polystore runbook ${runbook}`]),
  ];
}

function proofLine({ smoke }: TierStatus, nowMs: number, painter: Painter): string {
  if (smoke === undefined) return `${painter.dim('-')} never proven; next: npx polystore smoke`;
  const { passed, failed, skipped } = smoke.counts;
  const mark = failed > 0 ? painter.red('✗') : painter.green('✓');
  return `${mark} smoke ${passed} passed, ${failed} failed, ${skipped} skipped ${painter.dim(ago(smoke.at, nowMs))}`;
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
function ago(at: string, nowMs: number): string {
  const passed = Math.max(0, nowMs - Date.parse(at));
  const { unit, ms } = UNITS.find(({ ms: size }) => passed >= size) ?? UNITS[3];
  return `${Math.floor(passed / ms)} ${unit} ago`;
}
