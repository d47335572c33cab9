import { spawn } from 'node:child_process';
import { paired, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/** The example's templates, against an app with one empty stack, started alike and checked by the same validators. */
export const synth: Benchmark = {
  name: 'synth of the example against an empty app',
  limit: { atMost: 1.5 },
  run: (signal) =>
    withTemporaryDirectory((outdir) =>
      paired(
        () => secondsOf(['bin/app.cjs'], outdir, signal),
        () => secondsOf(['-r', 'tsx/cjs', 'bench/empty-app.ts'], outdir, signal),
        (ours, baseline) => `${ours.toFixed(1)} s against ${baseline.toFixed(1)} s`,
        { signal },
      ),
    ),
};

async function secondsOf(args: readonly string[], outdir: string, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, CDK_OUTDIR: outdir }, stdio: 'ignore', signal });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return (performance.now() - began) / 1000;
}
