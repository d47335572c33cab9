import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseTier } from '../../lib/definition';
import {
  deleteLocalTier,
  inspectLocalTier,
  readLocalState,
  startLocalTier,
  stopLocalTier,
  type LocalTier,
} from '../../lib/local';
import { compiledScript } from '../support/compiled-kit';
import { eventually } from '../support/eventually';
import { giveCertificates } from '../support/kept-certificates';
import { listensOn, newDirectory, processesOf, removeDirectory, runs, TEMPLATES, watchdogOf } from './scratch';

const TIER = {
  name: 'pair',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: { kind: 'postgres', replicas: 1 } },
};

let directory: string;
let tier: LocalTier | undefined;
const supervisors: ChildProcess[] = [];

beforeEach(async () => {
  directory = await newDirectory();
  await giveCertificates(directory);
});

afterEach(async () => {
  await tier?.stop();
  tier = undefined;
  for (const { pid } of supervisors.splice(0)) if (pid !== undefined && runs(pid)) process.kill(pid, 'SIGKILL');
  await eventually('nothing is left', () => processesOf(directory).length === 0);
  await removeDirectory(directory);
});

/** Starts the tier in this process. */
async function startHere(): Promise<void> {
  tier = await startLocalTier(parseTier(TIER), { directory, templates: TEMPLATES });
}

interface Supervisor {
  readonly pid: number;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when it has said this line. */
  said(line: string): Promise<void>;
}

/** Starts a tier in another process. */
function supervise(onSigterm: 'stop' | 'ignore-us' = 'stop'): Supervisor {
  const script = compiledScript('test/local/supervisor.ts');
  const child = spawn(process.execPath, [script, directory, TEMPLATES, JSON.stringify(TIER)], {
    env: { ...process.env, ON_SIGTERM: onSigterm },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  supervisors.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  return {
    pid: child.pid as number,
    ended,
    said: async (line) => {
      await eventually(`"${line}" among ${lines.join(', ')}`, () => lines.includes(line), 30_000);
    },
  };
}

async function portsOf(): Promise<number[]> {
  return ((await readLocalState(directory))?.servers ?? []).map(({ port }) => port);
}

test('a supervisor that is killed with -9 leaves no process and no port, and the next start works', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  const ports = await portsOf();
  expect(ports).toHaveLength(2);
  process.kill(supervisor.pid, 'SIGKILL');
  await supervisor.ended;
  await eventually('all processes end', () => processesOf(directory).length === 0);
  for (const port of ports) expect(await listensOn(port)).toBe(false);
  // Its state is still there and says that all runs: status finds out that none does.
  expect((await inspectLocalTier(directory)).servers.map(({ status }) => status)).toEqual(
    ports.map(() => ({ kind: 'unreachable', reason: 'ECONNREFUSED' })),
  );
  await startHere();
  expect((await inspectLocalTier(directory)).servers.every(({ status }) => status.kind === 'running')).toBe(true);
});

test.each(['engine', 'servers', 'provisioned'])(
  'a supervisor that is killed after "%s" leaves no process',
  async (step) => {
    const supervisor = supervise();
    await supervisor.said(step);
    process.kill(supervisor.pid, 'SIGKILL');
    await supervisor.ended;
    await eventually('all processes end', () => processesOf(directory).length === 0);
  },
);

test('a start right after the death of a supervisor waits for its servers to end', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  const before = (await readLocalState(directory))?.servers.map(({ pid }) => pid) ?? [];
  const watchdog = watchdogOf(directory) as number;
  process.kill(supervisor.pid, 'SIGKILL');
  await supervisor.ended;
  await startHere();
  expect(before.filter(runs)).toEqual([]);
  // It must not take the new servers for its own.
  await eventually('the old watchdog leaves', () => !runs(watchdog));
  expect((await inspectLocalTier(directory)).servers.every(({ status }) => status.kind === 'running')).toBe(true);
});

test('servers whose supervisor and watchdog were both killed are stopped by down', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  // Stopped first, so that it can't replace its watchdog.
  process.kill(supervisor.pid, 'SIGSTOP');
  process.kill(watchdogOf(directory) as number, 'SIGKILL');
  process.kill(supervisor.pid, 'SIGKILL');
  await supervisor.ended;
  expect(processesOf(directory).length).toBeGreaterThan(0);
  await stopLocalTier(directory);
  expect(processesOf(directory)).toEqual([]);
  await expect(stopLocalTier(directory)).rejects.toMatchObject({ code: 'TIER_NOT_UP' });
});

test('servers whose supervisor and watchdog were both killed are stopped by the next start', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  process.kill(supervisor.pid, 'SIGSTOP');
  process.kill(watchdogOf(directory) as number, 'SIGKILL');
  const before = (await readLocalState(directory))?.servers.map(({ pid }) => pid) ?? [];
  process.kill(supervisor.pid, 'SIGKILL');
  await supervisor.ended;
  expect(before.filter(runs)).toHaveLength(2);
  await startHere();
  expect(before.filter(runs)).toEqual([]);
});

test('down stops the tier of another process, which then ends by itself', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  const ports = await portsOf();
  await stopLocalTier(directory);
  expect(await supervisor.ended).toBe(0);
  for (const port of ports) expect(await listensOn(port)).toBe(false);
  expect(processesOf(directory)).toEqual([]);
});

test('down kills a supervisor that does not react, and stops its servers', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  process.kill(supervisor.pid, 'SIGSTOP');
  await stopLocalTier(directory, { patienceMs: 200 });
  expect(await supervisor.ended).toBe('SIGKILL');
  await eventually('the watchdog leaves too', () => processesOf(directory).length === 0);
});

test('a tier that is up is not deleted; one that is down is, with everything', async () => {
  const supervisor = supervise();
  await supervisor.said('up');
  await expect(deleteLocalTier(directory)).rejects.toMatchObject({
    code: 'TIER_ALREADY_UP',
    details: { pid: supervisor.pid },
  });
  await stopLocalTier(directory);
  await deleteLocalTier(directory);
  expect(existsSync(directory)).toBe(false);
});

test('down of a tier that never was says so', async () => {
  await removeDirectory(directory);
  await expect(stopLocalTier(directory)).rejects.toMatchObject({ code: 'TIER_NOT_UP', details: { directory } });
  expect(existsSync(directory)).toBe(false);
});
