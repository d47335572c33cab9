import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runTool, type ToolRun } from './run-tool';

/** Whether this process may bring packages of Debian: as root, where apt is. */
export async function isDebianRoot(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return promisify(execFile)('apt-get', ['--version']).then(
    () => true,
    () => false,
  );
}

const QUIETLY = ['-y', '-q', '--no-install-recommends'];

/** Installs tools that start no service. Does nothing where it may not: whoever needs them says what is missing. */
export async function installDebian(packages: readonly string[], signal: AbortSignal): Promise<void> {
  if (!(await isDebianRoot())) return;
  const run = { cwd: '/', signal, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await runTool('apt-get', ['update', '-q'], run);
  await runTool('apt-get', ['install', ...QUIETLY, ...packages], run);
}

/**
 * Downloads a package with what it needs and this machine lacks, and unpacks all of it into `root`: nothing is installed, and no service is
 * started. apt checks signatures and digests.
 */
export async function unpackDebian(name: string, run: ToolRun): Promise<void> {
  const archives = join(run.cwd, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await runTool('apt-get', ['update', '-q'], run);
  const options = [...QUIETLY, '--download-only', '-o', `Dir::Cache::archives=${archives}`];
  await runTool('apt-get', ['install', ...options, name], run);
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb')) await runTool('dpkg-deb', ['-x', join(archives, file), join(run.cwd, 'root')], run);
  }
  await rm(archives, { recursive: true });
}
