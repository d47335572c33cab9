import { inspectLocalTier, type ServerStatus } from '../../lib/local';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { painterFor, type Painter } from '../terminal';
import { openTier, tierDirectory, type TierOptions } from '../tier-context';

export interface StatusOptions extends TierOptions {
  readonly json?: true;
}

/** Prints every server of the tier that is up here; exit 1 where one of them is down. */
export async function status(options: StatusOptions): Promise<ExitCode> {
  const definition = await openTier(options);
  const servers = await inspectLocalTier(tierDirectory(definition));
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ tier: definition.name, stage: definition.stage.name, servers }, null, 2)}\n`,
    );
  } else {
    process.stdout.write(statusTable(servers, painterFor(process.stdout)));
  }
  return servers.every(({ status: { kind } }) => kind === 'running') ? EXIT_CODES.ok : EXIT_CODES.failed;
}

/** One row a server, columns as wide as their widest cell. */
export function statusTable(servers: readonly ServerStatus[], painter: Painter): string {
  const rows = servers.map((server) => [
    server.store,
    server.name,
    server.role ?? '-',
    String(server.port),
    String(server.pid),
    server.lagMs === undefined ? '-' : server.lagMs === 'unknown' ? 'unknown' : `${server.lagMs} ms`,
    stateOf(server),
  ]);
  const header = ['STORE', 'SERVER', 'ROLE', 'PORT', 'PID', 'LAG', 'STATE'];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const render = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = rows.map((row, index) =>
    servers[index]?.status.kind === 'running' ? render(row) : painter.red(render(row)),
  );
  return [painter.dim(render(header)), ...lines, ''].join('\n');
}

function stateOf({ status: state }: ServerStatus): string {
  switch (state.kind) {
    case 'running':
      return 'running';
    case 'ended':
      return `ended by ${state.signal ?? `exit ${state.code}`}`;
    case 'unreachable':
      return `no answer: ${state.reason}`;
  }
}
