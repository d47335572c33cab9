import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { watchProcess } from '../../lib/local/server-process';

/** A process that takes its time to end once it was killed. */
class SlowToEnd extends EventEmitter {
  readonly pid = 7;
  readonly signals: NodeJS.Signals[] = [];

  kill(signal: NodeJS.Signals): boolean {
    this.signals.push(signal);
    if (signal === 'SIGKILL') setTimeout(() => this.emit('exit', null, signal), 50);
    return true;
  }
}

it('a stop resolves when the process is gone, however long its end takes', async () => {
  const child = new SlowToEnd();
  const server = watchProcess(child as unknown as ChildProcess, [
    { signal: 'SIGTERM', waitMs: 1 },
    { signal: 'SIGKILL', waitMs: 1 },
  ]);
  await server.stop();
  expect(child.signals).toEqual(['SIGTERM', 'SIGKILL']);
  expect(server.exit()).toMatchObject({ signal: 'SIGKILL' });
  // Of one that is gone nothing is asked any more.
  await server.stop();
  expect(child.signals).toHaveLength(2);
});
