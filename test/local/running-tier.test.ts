import { existsSync } from 'node:fs';
import files, { readFile } from 'node:fs/promises';
import type { RunningServer } from '../../lib/local/cluster';
import { RunningTier } from '../../lib/local/running-tier';
import type { ServerExit, ServerProcess } from '../../lib/local/server-process';
import type { LocalState } from '../../lib/local/state';
import { tierDirectory, type TierDirectory } from '../../lib/local/tier-directory';
import { isHeld, readLock, takeLock } from '../../lib/local/tier-lock';
import { planClusters, serversOf, type PlannedServer } from '../../lib/local/tier-plan';
import type { Watchdog } from '../../lib/local/watchdog';
import { newDirectory, pair, removeDirectory } from './scratch';

const definition = pair();
const [planned] = planClusters(definition).map(serversOf) as [readonly [PlannedServer, PlannedServer]];
const [, replica] = planned;
const EXIT: ServerExit = { code: 0, signal: null, at: '2026-01-01T00:00:00.000Z' };

/** A server that ends when it is told to. */
function server(plan: PlannedServer, pid: number): RunningServer & { end(): void } {
  let exit: ServerExit | undefined;
  let tell: (exit: ServerExit) => void;
  const exited = new Promise<ServerExit>((resolve) => (tell = resolve));
  const end = (): void => tell((exit = EXIT));
  const process: ServerProcess = {
    pid,
    exited,
    exit: () => exit,
    kill: end,
    stop: () => {
      end();
      return Promise.resolve();
    },
  };
  return { planned: plan, port: pid, process, end };
}

const watchdog: Watchdog = {
  pid: () => 0,
  ready: () => Promise.resolve(),
  working: () => undefined,
  starting: () => undefined,
  ended: () => undefined,
  dismiss: () => Promise.resolve(),
};

let root: string;
let directory: TierDirectory;
let tier: RunningTier;

beforeEach(async () => {
  root = await newDirectory();
  directory = tierDirectory(root);
  tier = new RunningTier(definition, directory, await takeLock(root), watchdog, planned);
  for (const [index, plan] of planned.entries()) tier.adopt(server(plan, index + 1));
  await tier.publish();
});

afterEach(async () => {
  await tier.stop();
  await removeDirectory(root);
});

const isUp = async (): Promise<boolean> => isHeld(await readLock(root));
const stateOf = async (): Promise<LocalState> => JSON.parse(await readFile(directory.stateFile, 'utf8')) as LocalState;

describe('a tier that is stopped while a server is made anew', () => {
  it('tells whoever makes it, and stops the server that came up all the same, before it gives the directory back', async () => {
    let comeUp = (_server: RunningServer): void => undefined;
    let told: AbortSignal | undefined;
    const rebuilding = tier.rebuild((signal) => {
      told = signal;
      return new Promise((resolve) => (comeUp = resolve));
    });
    const late = server(replica, 77);
    const stopping = tier.stop();
    expect(told?.aborted).toBe(true);
    // As long as it may come up, the tier is not down.
    await expect(Promise.race([stopping.then(() => 'down'), rebuilding, tier.publish()])).resolves.toBeUndefined();
    expect(await isUp()).toBe(true);
    comeUp(late);
    await Promise.all([rebuilding, stopping]);
    expect(late.process.exit()).toBeDefined();
    expect(await isUp()).toBe(false);
    expect(existsSync(directory.stateFile)).toBe(false);
  });

  it('is stopped all the same where that fails, and makes none any more', async () => {
    let fail = (_error: Error): void => undefined;
    const rebuilding = tier.rebuild(() => new Promise((_resolve, reject) => (fail = reject)));
    const stopping = tier.stop();
    fail(new Error('no disk'));
    await expect(rebuilding).rejects.toThrow('no disk');
    await stopping;
    const make = jest.fn();
    await expect(tier.rebuild(make)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(make).not.toHaveBeenCalled();
  });
});

it('states are written one after the other, so that the one that stays is the newest', async () => {
  const { writeFile } = files;
  let [atOnce, most] = [0, 0];
  const counted = jest.spyOn(files, 'writeFile').mockImplementation(async (...parameters) => {
    most = Math.max(most, ++atOnce);
    await writeFile(...parameters).finally(() => atOnce--);
  });
  try {
    const another = server(replica, 10);
    tier.adopt(another);
    const writes = [tier.publish()];
    another.end();
    writes.push(tier.publish());
    await Promise.all(writes);
    await tier.kill(replica.label, 'SIGKILL');
  } finally {
    counted.mockRestore();
  }
  expect(most).toBe(1);
  expect((await stateOf()).servers.map(({ pid, status }) => [pid, status.kind])).toEqual([
    [1, 'running'],
    [10, 'ended'],
  ]);
});
