import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stopLeftovers } from './preflight';
import { isAlive } from './process-mark';
import { tierNotUp } from './status';
import { tierDirectory } from './tier-directory';
import { isHeld, readLock, takeLock, type LockHolder } from './tier-lock';

export interface StopOptions {
  /** After this a supervisor that has not stopped its tier is taken for stuck, in milliseconds. @default 20000 */
  readonly patienceMs?: number;
}

const POLL_MS = 20;

/**
 * Stops a tier that another process supervises, and resolves when every server is gone. A supervisor that does not stop it in
 * time is killed, and the servers are stopped without it; so are servers that were left by a supervisor and a watchdog which both died.
 * @throws {PolystoreError} TIER_NOT_UP where nothing runs
 */
export async function stopLocalTier(directory: string, { patienceMs = 20_000 }: StopOptions = {}): Promise<void> {
  const tier = tierDirectory(resolve(directory));
  const holder = await readLock(tier.root);
  const wasUp = isHeld(holder) && holder.purpose !== 'clearUp';
  if (wasUp) await endSupervisor(tier.root, holder, patienceMs);
  else if (isHeld(holder)) await waitUntilGivenBack(tier.root, holder, Date.now() + patienceMs);
  if (!existsSync(tier.root)) throw tierNotUp(tier.root);
  const lock = await takeLock(tier.root, 'clearUp');
  try {
    const left = await stopLeftovers(tier);
    await rm(tier.stateFile, { force: true });
    await rm(tier.topologyFile, { force: true });
    if (!wasUp && left === 0) throw tierNotUp(tier.root);
  } finally {
    await lock.release();
  }
}

/**
 * Removes a tier's directory: databases, secrets, logs. Templates are kept.
 * @throws {PolystoreError} TIER_ALREADY_UP while it is up
 */
export async function deleteLocalTier(directory: string): Promise<void> {
  const tier = tierDirectory(resolve(directory));
  const lock = await takeLock(tier.root, 'clearUp');
  try {
    await stopLeftovers(tier);
    await lock.deleteDirectory();
  } catch (error) {
    // What kept it from being deleted says more than that the lock went with the rest.
    await lock.release().catch(() => undefined);
    throw error;
  }
}

async function endSupervisor(root: string, holder: LockHolder, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  signalTo(holder, 'SIGTERM');
  if (await waitUntilGivenBack(root, holder, deadline)) return;
  signalTo(holder, 'SIGKILL');
  while (isAlive(holder)) await delay(POLL_MS);
}

/** Given back is as good as gone: the process may have other work, and somebody else the directory. False where it is not until `deadline`. */
async function waitUntilGivenBack(root: string, { run }: LockHolder, deadline: number): Promise<boolean> {
  for (;;) {
    const holder = await readLock(root);
    if (!isHeld(holder) || holder.run !== run) return true;
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
}

function signalTo(holder: LockHolder, signal: NodeJS.Signals): void {
  try {
    if (isAlive(holder)) process.kill(holder.pid, signal);
  } catch {
    // Ended between the look and the signal.
  }
}
