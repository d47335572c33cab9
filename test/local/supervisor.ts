import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseTier } from '../../lib/definition';
import { startLocalTier } from '../../lib/local';

/**
 * A process that starts a tier and then only waits, as `polystore up` does: `node supervisor.js <directory> <templates> <tier as JSON>`, compiled.
 * Tells of each step of the start on standard output, a line each, then `up`. `ON_SIGTERM=stop`: it stops the tier when asked to.
 * `FILL_AFTER=<step>`: it takes all that is left of the disk after that step.
 */
const [directory = '', templates = '', tier = ''] = process.argv.slice(2);
const interrupt = new AbortController();
if (process.env['ON_SIGTERM'] === 'stop') process.once('SIGTERM', () => interrupt.abort());

function fillDisk(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(65536));
  } catch {
    closeSync(file);
  }
}

async function main(): Promise<void> {
  const running = await startLocalTier(parseTier(JSON.parse(tier)), {
    directory,
    templates,
    signal: interrupt.signal,
    onProgress: ({ step }) => {
      process.stdout.write(`${step}\n`);
      if (step === process.env['FILL_AFTER']) fillDisk(join(dirname(directory), 'filler'));
    },
  });
  process.stdout.write('up\n');
  if (!interrupt.signal.aborted) await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve));
  await running.stop();
}

main().catch((error: { code?: string; message?: string }) => {
  process.stdout.write(`failed ${error.code} ${error.message}\n`);
  process.exitCode = 1;
});
