import { ago, tableLines, type TableRoom } from './status-table';
import type { FiringAlarm, TierStatus } from './tier-status';

/** Colours text; a caller whose output is no terminal passes one that leaves it alone. */
export interface Painter {
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const WORLDS = { local: 'on this machine', aws: 'on AWS' } as const;

/**
 * The state of a tier for a terminal: whose and when, a line a server, then what fires and what to do, then the last proof. Where there is no room for
 * everything, columns and servers that are as they should be are left out, and nothing that fires.
 */
export function renderStatus(
  status: TierStatus,
  painter: Painter,
  { columns = Infinity, rows = Infinity }: TableRoom = {},
): string {
  const nowMs = Date.parse(status.at);
  const below = [
    ...status.alarms.flatMap((alarm) => alarmLines(alarm, nowMs, { painter, columns, rows })),
    // Whoever watches knows by the first words, and wants to see servers.
    ...status.unknown.flatMap((what) =>
      marked(painter.yellow('?'), what, columns).slice(0, rows < Infinity ? 1 : undefined),
    ),
    ...proofLines(status, nowMs, painter),
  ];
  return [
    painter.dim(`${status.tier}/${status.stage} ${WORLDS[status.world]}, ${status.at.slice(11, 19)} UTC`),
    ...tableLines(status.servers, nowMs, painter, { columns, rows: Math.max(2, rows - below.length - 1) }),
    ...below,
    '',
  ].join('\n');
}

/** A text behind its mark, as many lines as it needs. */
function marked(mark: string, text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns - 2) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `${index === 0 ? mark : ' '} ${line}`);
}

function alarmLines(
  { name, says, since, runbook, next }: FiringAlarm,
  nowMs: number,
  { painter, columns, rows }: Required<TableRoom> & { readonly painter: Painter },
): readonly string[] {
  const head = says.startsWith(name.split(' ')[0] ?? name) ? says : `${name}: ${says}`;
  const lines = marked(painter.red('✗'), since === undefined ? head : `${head}, ${ago(since, nowMs)}`, columns);
  return [
    ...lines,
    ...nextLines(runbook === undefined ? undefined : `npx polystore runbook ${runbook}`, next).slice(
      0,
      rows < Infinity ? 1 : undefined,
    ),
  ];
}

/** What helps here comes before what helps on AWS, for which there is no room where lines are few. */
function nextLines(runbook: string | undefined, here: string | undefined): readonly string[] {
  if (here === undefined) return runbook === undefined ? [] : [`  next: ${runbook}`];
  return [`  next: ${here}`, ...(runbook === undefined || here.startsWith(runbook) ? [] : [`  on AWS: ${runbook}`])];
}

/** Whether there was a proof may be one of the things that could not be asked. */
function proofLines(
  { tier, stage, world, smoke, unknown }: TierStatus,
  nowMs: number,
  painter: Painter,
): readonly string[] {
  if (smoke === undefined) {
    if (unknown.some((what) => what.startsWith('last proof: '))) return [];
    const deployed = world === 'aws' ? ` --aws /${tier}/${stage}` : '';
    return [`${painter.dim('-')} never proven; next: npx polystore smoke${deployed}`];
  }
  const { passed, failed, skipped } = smoke.counts;
  const mark = failed > 0 ? painter.red('✗') : painter.green('✓');
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return [`${mark} smoke ${counts} ${painter.dim(ago(smoke.at, nowMs))}`];
}
