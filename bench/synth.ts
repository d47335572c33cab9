import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paired, type Benchmark } from './paired';

/** The example's templates, against an app with one empty stack, started alike and checked by the same validators. */
export const synth: Benchmark = {
  name: 'synth of the example against an empty app',
  limit: { atMost: 1.5 },
  async run() {
    const outdir = await mkdtemp(join(tmpdir(), 'polystore-bench-'));
    try {
      return await paired(
        () => secondsOf(['bin/app.cjs'], outdir),
        () => secondsOf(['-r', 'tsx/cjs', 'bench/empty-app.ts'], outdir),
        (ours, baseline) => `${ours.toFixed(1)} s against ${baseline.toFixed(1)} s`,
      );
    } finally {
      await rm(outdir, { recursive: true, force: true });
    }
  },
};

async function secondsOf(args: readonly string[], outdir: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, CDK_OUTDIR: outdir }, stdio: 'ignore' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return (performance.now() - began) / 1000;
}
