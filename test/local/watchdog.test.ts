import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startWatchdog, sweepServers, watchCommand } from '../../lib/local/watchdog';
import { eventually } from '../support/eventually';
import { newDirectory, removeDirectory, runs, watchdogOf } from './scratch';

const SCRIPT = join(__dirname, '..', '..', 'lib', 'local', 'watchdog-process.cjs');

let directory: string;
let data: string;
const processes: ChildProcess[] = [];

beforeEach(async () => {
  directory = await newDirectory();
  data = join(directory, 'data');
});

afterEach(async () => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await removeDirectory(directory);
});

/** A process whose command line reads like a server's; it ends on `endsOn` only. */
function standIn(server: string, run: string, endsOn: 'SIGINT' | 'SIGQUIT' | 'SIGKILL' = 'SIGINT'): ChildProcess {
  const ignored = { SIGINT: [], SIGQUIT: ['SIGINT'], SIGKILL: ['SIGINT', 'SIGQUIT'] }[endsOn];
  const script = `${JSON.stringify(ignored)}.forEach((s) => process.on(s, () => {})); console.log('ready'); setInterval(() => {}, 1000)`;
  const args = ['-e', script, '--', '-D', join(data, server), '-c', `polystore.run=${run}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  processes.push(child);
  return child;
}

const ready = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.stdout?.once('data', resolve));
const ended = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));

async function writePid(server: string, pid: number | undefined): Promise<void> {
  await mkdir(join(data, server), { recursive: true });
  await writeFile(join(data, server, 'postmaster.pid'), `${pid}\n${join(data, server)}\n`);
}

/** An engine other than PostgreSQL, as `lib/local/engine-process.ts` runs one. */
async function otherEngine(server: string, run: string): Promise<ChildProcess> {
  const directory = join(data, server);
  await mkdir(directory, { recursive: true });
  const args = ['-e', "console.log('ready'); setInterval(() => {}, 1000)", join(directory, 'valkey.conf')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  processes.push(child);
  await ready(child);
  await writeFile(join(directory, 'engine.pid'), `${child.pid} ${run}\n`);
  return child;
}

/** The watchdog of a supervisor that dies: the pipe ends. */
function guard(run: string, said: string): ChildProcess {
  const { file, args } = watchCommand(data, run);
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  processes.push(child);
  child.stdin?.end(said);
  return child;
}

describe('sweeping', () => {
  test('stops what a postmaster.pid names and what was started for that directory', async () => {
    const server = standIn('main/primary', 'abc');
    await ready(server);
    await writePid('main/primary', server.pid);
    const end = ended(server);
    expect(await sweepServers(data)).toBe(1);
    expect(await end).toBe('SIGINT');
  });

  test('leaves a process alone that merely got the id of a dead server', async () => {
    const innocent = spawn('sleep', ['60'], { stdio: 'ignore' });
    processes.push(innocent);
    await writePid('main/primary', innocent.pid);
    expect(await sweepServers(data)).toBe(0);
    expect(runs(innocent.pid as number)).toBe(true);
  });

  test('leaves a server of another directory alone, even one whose name begins alike', async () => {
    const other = standIn('main/primary2', 'abc');
    await ready(other);
    await writePid('main/primary', other.pid);
    expect(await sweepServers(data)).toBe(0);
    expect(runs(other.pid as number)).toBe(true);
  });

  test('stops another engine, which its engine.pid names', async () => {
    const server = await otherEngine('cache/primary', 'abc');
    const end = ended(server);
    expect(await sweepServers(data)).toBe(1);
    expect(await end).toBe('SIGINT');
  });

  test('leaves a process alone that an engine.pid names and that has nothing to do with its directory', async () => {
    const [innocent, neighbour] = [await otherEngine('cache/r1', 'abc'), await otherEngine('cache/primary2', 'abc')];
    await mkdir(join(data, 'cache', 'primary'), { recursive: true });
    for (const { pid } of [innocent, neighbour]) {
      await writeFile(join(data, 'cache', 'primary', 'engine.pid'), `${pid} abc\n`);
      await rm(join(data, 'cache', 'r1', 'engine.pid'), { force: true });
      await rm(join(data, 'cache', 'primary2', 'engine.pid'), { force: true });
      expect(await sweepServers(data)).toBe(0);
    }
  });

  test.each(['0', '1', '-1', 'x', ''])('takes "%s" in a postmaster.pid for no process', async (text) => {
    await mkdir(join(data, 'main', 'primary'), { recursive: true });
    await writeFile(join(data, 'main', 'primary', 'postmaster.pid'), text);
    expect(await sweepServers(data)).toBe(0);
  });

  test('finds nothing where there is no directory', async () => {
    expect(await sweepServers(join(data, 'none'))).toBe(0);
  });

  test('gets harder with a server that does not stop', async () => {
    const server = standIn('main/primary', 'abc', 'SIGKILL');
    await ready(server);
    await writePid('main/primary', server.pid);
    const end = ended(server);
    expect(await sweepServers(data)).toBe(1);
    expect(await end).toBe('SIGKILL');
  });
});

describe('guarding', () => {
  test('stops the servers of its run only, when the supervisor is gone', async () => {
    const [own, other] = [standIn('main/primary', 'abc'), standIn('main/r1', 'def')];
    await Promise.all([ready(own), ready(other)]);
    await writePid('main/primary', own.pid);
    await writePid('main/r1', other.pid);
    const end = ended(own);
    await ended(guard('abc', ''));
    expect(await end).toBe('SIGINT');
    expect(runs(other.pid as number)).toBe(true);
  });

  test('stops engines of its run only', async () => {
    const [own, other] = [await otherEngine('cache/primary', 'abc'), await otherEngine('cache/r1', 'def')];
    const end = ended(own);
    await ended(guard('abc', ''));
    expect(await end).toBe('SIGINT');
    expect(runs(other.pid as number)).toBe(true);
  });

  test('waits for a server that was announced and has not written its postmaster.pid yet', async () => {
    const server = standIn('main/primary', 'abc');
    await ready(server);
    const watchdog = guard('abc', 'starting main/primary\n');
    const end = ended(server);
    // It looked, and there was nothing.
    await eventually('the watchdog is at it', () => runs(watchdog.pid as number));
    await writePid('main/primary', server.pid);
    expect(await end).toBe('SIGINT');
  });

  test('ends what copies or prepares data, and nothing that merely got its id', async () => {
    const copy = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', join(data, 'main', 'r1')], {
      stdio: 'ignore',
    });
    const innocent = spawn('sleep', ['60'], { stdio: 'ignore' });
    processes.push(copy, innocent);
    const end = ended(copy);
    await ended(guard('abc', `working ${copy.pid}\nworking ${innocent.pid}\n`));
    expect(await end).toBe('SIGKILL');
    expect(runs(innocent.pid as number)).toBe(true);
  });

  test('stops servers however much it was told before: more than an argument of a command may have', async () => {
    const server = standIn('main/primary', 'abc');
    await ready(server);
    await writePid('main/primary', server.pid);
    const end = ended(server);
    guard('abc', 'starting main/replica-1\nended main/replica-1\n'.repeat(4_000));
    expect(await end).toBe('SIGINT');
  });

  test('leaves when it is told to, and stops nothing', async () => {
    const server = standIn('main/primary', 'abc');
    await ready(server);
    await writePid('main/primary', server.pid);
    await ended(guard('abc', 'starting main/primary\nbye\n'));
    expect(runs(server.pid as number)).toBe(true);
  });

  test('does not wait for a server that was announced and has ended', async () => {
    const began = performance.now();
    await ended(guard('abc', 'starting main/primary\nended main/primary\n'));
    expect(performance.now() - began).toBeLessThan(2_500);
  });
});

test('a supervisor can send its watchdog away, and it is gone then', async () => {
  const watchdog = startWatchdog(data, 'abc');
  await eventually('it runs', () => watchdogOf(directory) === watchdog.pid());
  const pid = watchdog.pid();
  await watchdog.dismiss();
  expect(runs(pid)).toBe(false);
  await watchdog.dismiss();
});

test('a watchdog that dies is replaced, and its successor knows the servers', async () => {
  const watchdog = startWatchdog(data, 'abc');
  watchdog.starting('main/primary');
  const first = watchdog.pid();
  process.kill(first, 'SIGKILL');
  await eventually('another one runs', () => watchdog.pid() !== first && watchdogOf(directory) === watchdog.pid());
  watchdog.ended('main/primary');
  await watchdog.dismiss();
});

test('the script explains itself', () => {
  expect(() => execFileSync(process.execPath, [SCRIPT, 'bark'], { stdio: 'pipe' })).toThrow(
    /usage: watchdog-process.cjs guard/,
  );
});

test('a watchdog that watches says so', async () => {
  const watchdog = startWatchdog(data, 'abc');
  await watchdog.ready();
  expect(runs(watchdog.pid())).toBe(true);
  await watchdog.dismiss();
});

test("a watchdog that can't be started is an error, not a tier without one", async () => {
  // It refuses to watch without a run, as it does where Node or the script is missing.
  const watchdog = startWatchdog(data, '');
  await expect(watchdog.ready()).rejects.toMatchObject({ code: 'ENGINE_FAILED', details: { server: 'watchdog' } });
  await watchdog.dismiss();
});
