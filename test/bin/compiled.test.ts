import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

/** A clone with one program, which says what its sources say. */
const clone = mkdtempSync(join(tmpdir(), 'polystore-clone-'));
const cache = join(clone, 'node_modules/.cache/cdk-polystore/compiled');
afterAll(() => rmSync(clone, { recursive: true }));

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(clone, file)), { recursive: true });
  writeFileSync(join(clone, file), text);
};

const SCRIPT = "require('./bin/compiled.cjs').loadProgram('greet')";
const run = (): string => execFileSync(process.execPath, ['-e', SCRIPT], { cwd: clone, encoding: 'utf8' });
const compiled = (): readonly string[] => readdirSync(cache).filter((file) => file.endsWith('.cjs'));

beforeAll(() => {
  mkdirSync(join(clone, 'node_modules'));
  symlinkSync(resolve('node_modules/esbuild'), join(clone, 'node_modules/esbuild'));
  mkdirSync(join(clone, 'bin'));
  cpSync('bin/compiled.cjs', join(clone, 'bin/compiled.cjs'));
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json']) write(file, '{}');
  write('bin/greet.ts', `import { whom } from '../lib/deep/whom'; class Greeting {} console.log(Greeting.name, whom);`);
  write('lib/deep/whom.ts', `export const whom: string = 'world';`);
});

test('a program is compiled once for the same sources, and anew for others', () => {
  expect(run()).toBe('Greeting world\n');
  const [first] = compiled();
  const { mtimeMs } = statSync(join(cache, 'greet.json'));
  expect(run()).toBe('Greeting world\n');
  expect(compiled()).toEqual([first]);
  expect(statSync(join(cache, 'greet.json')).mtimeMs).toBe(mtimeMs);
  write('lib/deep/whom.ts', `export { whom } from './other';`);
  write('lib/deep/other.ts', `export const whom: string = 'moon';`);
  expect(run()).toBe('Greeting moon\n');
  write('lib/deep/other.ts', `export const whom: string = 'sun';`);
  expect(run()).toBe('Greeting sun\n');
  // The same length, and the same time: only the content tells.
  const { atime, mtime } = statSync(join(clone, 'lib/deep/other.ts'));
  write('lib/deep/other.ts', `export const whom: string = 'sea';`);
  utimesSync(join(clone, 'lib/deep/other.ts'), atime, mtime);
  expect(run()).toBe('Greeting sea\n');
  const before = compiled().length;
  write('package-lock.json', '{"packages":{}}');
  expect(run()).toBe('Greeting sea\n');
  expect(compiled()).toHaveLength(before + 1);
});

test('the process that compiles is gone before the program has anything to do', () => {
  write('lib/deep/other.ts', `export const whom: string = 'anew';`);
  const children = `require('node:child_process').execFileSync('ps', ['-A', '-ww', '-o', 'ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\\n').filter((line) => /^ *(\\d+) +[^Z].*--service=/.exec(line)?.[1] === String(process.pid))`;
  const look = `(tries) => { const left = ${children}; left.length > 0 && tries > 0 ? setTimeout(look, 20, tries - 1) : console.log(left) }`;
  const script = `${SCRIPT}.then(() => { const look = ${look}; look(100); })`;
  expect(execFileSync(process.execPath, ['-e', script], { cwd: clone, encoding: 'utf8' })).toBe('Greeting anew\n[]\n');
});

test('a file finds what lies beside it, and stacks name the TypeScript', () => {
  write('lib/deep/whom.ts', `\nexport const whom = [__dirname, __filename, new Error().stack].join('\\n');`);
  expect(run()).toContain(`Greeting ${join(clone, 'lib/deep')}\n${join(clone, 'lib/deep/whom.ts')}\n`);
  expect(run()).toContain(`${join(clone, 'lib/deep/whom.ts')}:2:`);
});

test('a source that is gone is told, and nothing of before runs', () => {
  rmSync(join(clone, 'lib/deep/whom.ts'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', SCRIPT], { cwd: clone, encoding: 'utf8' });
  expect({ isFailed: status !== 0, stdout }).toEqual({ isFailed: true, stdout: '' });
  expect(stderr).toContain('lib/deep/whom');
});

test('programs of sources that were a day ago go away', () => {
  const old = join(cache, compiled()[0] as string);
  const yesterday = Date.now() / 1000 - 90_000;
  utimesSync(old, yesterday, yesterday);
  write('lib/deep/whom.ts', `export const whom: string = 'again';`);
  expect(run()).toBe('Greeting again\n');
  expect(statSync(old, { throwIfNoEntry: false })).toBeUndefined();
});
