import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { findIdentity } from '../../lib/local';
import { findPostgres, type PostgresBinaries } from '../../lib/local/postgres-binaries';
import { ensureTemplate } from '../../lib/local/template';
import { newDirectory, removeDirectory } from './scratch';

let templates: string;
let binaries: PostgresBinaries;

beforeEach(async () => {
  templates = await newDirectory();
  binaries = await findPostgres();
});

afterEach(() => removeDirectory(templates));

test('is made once, by whoever is first, and kept; another version has another one', async () => {
  const identity = await findIdentity();
  const [one, two] = await Promise.all([
    ensureTemplate(binaries, identity, templates),
    ensureTemplate(binaries, identity, templates),
  ]);
  expect([one.kept, two.kept].sort()).toEqual([false, true]);
  expect(one.directory).toBe(two.directory);
  expect(existsSync(join(one.directory, 'PG_VERSION'))).toBe(true);
  expect(await readdir(templates)).toHaveLength(1);
  expect(await ensureTemplate(binaries, identity, templates)).toEqual({ directory: one.directory, kept: true });
  const other = await ensureTemplate({ ...binaries, version: '17.99' }, identity, templates);
  expect(other).toMatchObject({ kept: false });
  expect(other.directory).not.toBe(one.directory);
});

test("that can't be made is an error that says so, and leaves nothing", async () => {
  const broken = { ...binaries, directory: '/usr' };
  await expect(ensureTemplate(broken, { kind: 'self' }, templates)).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringMatching(/^initdb can't be run \(spawn \/usr\/bin\/initdb ENOENT\)/),
  });
  expect(await readdir(templates)).toEqual([]);
});

test('clears away the draft of a process that died an hour ago, and no other', async () => {
  const [dead, alive] = [join(templates, 'draft.1.dead'), join(templates, 'draft.2.alive')];
  await mkdir(dead, { recursive: true });
  await mkdir(alive, { recursive: true });
  const anHourAgo = Date.now() / 1000 - 3601;
  await utimes(dead, anHourAgo, anHourAgo);
  await ensureTemplate(binaries, await findIdentity(), templates);
  expect((await readdir(templates)).filter((name) => name.startsWith('draft.'))).toEqual(['draft.2.alive']);
});
