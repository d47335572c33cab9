import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseTier, type TierDefinition } from '../../lib/definition';
import { withClient, type PgClient } from '../../lib/postgres';
import { FileSecrets } from '../../lib/sources';
import { FileTopology } from '../../lib/sources/file-topology';
import { removeTree } from '../support/remove-tree';

/** Kept between runs, so that only the first test ever makes one. */
export const TEMPLATES = join(tmpdir(), `polystore-test-templates-${userInfo().uid}`);

/** A new directory; the caller removes it. A name that needs quoting, so that every path in the kit is quoted. */
export async function newDirectory(): Promise<string> {
  return join(await realpath(await mkdtemp(join(tmpdir(), 'polystore-local-'))), "a tier's home");
}

export const removeDirectory = (directory: string): Promise<void> => removeTree(join(directory, '..'));

/** A tier of one primary with a replica, for tests that need no more. */
export const pair = (options: Record<string, unknown> = {}): TierDefinition =>
  parseTier({
    name: 'pair',
    stages: { dev: { profile: 'disposable' } },
    stores: { main: { kind: 'postgres', replicas: 1, ...options } },
  });

/** A tier of one sharded store. */
export const shards = (names: Record<string, object>): TierDefinition =>
  parseTier({
    name: 'shards',
    stages: { dev: { profile: 'disposable' } },
    stores: { posts: { kind: 'shardedPostgres', shardKey: 'user_id', shards: names } },
  });

/** Runs `work` on a server of the tier in `directory`, as the kit's own superuser. */
export async function onServer<T>(
  directory: string,
  port: number,
  work: (client: PgClient) => Promise<T>,
  login: { secret?: string; database?: string } = {},
): Promise<T> {
  const { trust } = await new FileTopology(join(directory, 'topology.json')).read();
  const credentials = await new FileSecrets(join(directory, 'secrets.json')).read(login.secret ?? 'supervisor');
  const server = { name: 'any', endpoint: { host: '127.0.0.1', port, via: 'direct' as const } };
  return withClient({ server, database: login.database ?? 'main', credentials, trust }, work);
}

/** The first column of the first row. */
export async function valueOf(client: PgClient, sql: string): Promise<unknown> {
  const { rows } = await client.query(sql);
  return Object.values((rows[0] ?? {}) as object)[0];
}

/**
 * Ids of all processes that work in a directory or were started for it: servers with their children, which have it as their working
 * directory, and the watchdog, which has it among its arguments.
 */
export function processesOf(directory: string): number[] {
  if (process.platform !== 'linux') {
    const found = execFileSync('ps', ['-ww', '-eo', 'pid=,command='], { encoding: 'utf8' });
    return found.split('\n').flatMap((line) => (line.includes(`${directory}/data`) ? [Number.parseInt(line, 10)] : []));
  }
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) return [];
    try {
      const works = readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
      return works || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${directory}/data`) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

/** The watchdog of the tier in a directory. */
export function watchdogOf(directory: string): number | undefined {
  const lines = execFileSync('ps', ['-ww', '-eo', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  const line = lines.find((text) => text.includes(`watchdog-process.cjs guard ${directory}/data`));
  return line === undefined ? undefined : Number.parseInt(line, 10);
}

export function listensOn(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}

/** Whether a process runs; one that has ended and that nobody has asked about yet (a zombie) does not. */
export function runs(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
