import { execFileSync, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { compiledScript } from '../support/compiled-kit';
import { newDirectory, processesOf, removeDirectory, TEMPLATES } from './scratch';

/**
 * A full disk, made for real: a process in a mount namespace of its own has a small tmpfs where the tier goes. Needs Linux with user
 * namespaces or root; elsewhere these tests fail and say so, since nothing else shows that the kit survives a full disk.
 */
const PAIR = JSON.stringify({
  name: 'pair',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: { kind: 'postgres', replicas: 1 } },
});

let directory: string;

beforeAll(() => {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(
      'this system lets nobody mount a small disk (unshare --user --map-root-user --mount), so no full disk can be made',
      {
        cause: error,
      },
    );
  }
});

beforeEach(async () => {
  directory = await newDirectory();
  await mkdir(directory, { recursive: true });
});

afterEach(async () => {
  expect(processesOf(directory)).toEqual([]);
  await removeDirectory(directory);
});

/** Starts a tier on a disk of this size. `fillAfter`: the step of the start after which something else takes all that is left. */
async function startOnDisk(sizeMiB: number, fillAfter: string): Promise<{ output: string; left: string }> {
  const script = `
    mount -t tmpfs -o size=${sizeMiB}m tmpfs "$0" || exit 9
    node "$1" "$0/tier" "$2" "$3"
    echo "left: $(ls "$0/tier" | tr '\\n' ' ')"`;
  const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, directory];
  const child = spawn('unshare', [...args, compiledScript('test/local/supervisor.ts'), TEMPLATES, PAIR], {
    env: { ...process.env, FILL_AFTER: fillAfter },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  return { output, left: /^left: (.*)$/m.exec(output)?.[1] ?? '' };
}

test('a disk that is too small is refused before anything is copied, with what is needed and what is free', async () => {
  const { output, left } = await startOnDisk(30, 'never');
  const [, needed, free] = /^failed DISK_FULL the disk of .*: (\d+) MiB needed, (\d+) MiB free$/m.exec(output) ?? [];
  expect(Number(needed)).toBeGreaterThan(80);
  expect(Number(free)).toBeGreaterThan(20);
  expect(Number(free)).toBeLessThanOrEqual(30);
  expect(output).not.toMatch(/^engine$/m);
  expect(left).not.toMatch(/data/);
});

test.each(['engine', 'servers'])(
  'a disk that fills up after "%s": the same error, and everything is stopped',
  async (step) => {
    const { output, left } = await startOnDisk(130, step);
    expect(output).toMatch(new RegExp(`^${step}$`, 'm'));
    const [, needed, free] = /^failed DISK_FULL the disk of .*: (\d+) MiB needed, (\d+) MiB free$/m.exec(output) ?? [];
    expect(Number(needed)).toBeGreaterThan(80);
    // Servers that end give back a little.
    expect(Number(free)).toBeLessThan(10);
    expect(left).not.toMatch(/topology|state/);
  },
);
