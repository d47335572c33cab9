import { spawn } from 'node:child_process';

/**
 * Seconds that a program of node's takes from its start to its end; templates that it synthesizes go to `outdir`.
 * @throws {Error} where it fails
 */
export async function secondsOf(args: readonly string[], outdir: string, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, CDK_OUTDIR: outdir }, stdio: 'ignore', signal });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return (performance.now() - began) / 1000;
}
