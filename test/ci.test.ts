import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scripts } from '../package.json';

const root = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('.ci/run', () => {
  let programs: string;
  beforeAll(() => {
    programs = mkdtempSync(join(tmpdir(), 'polystore-ci-'));
  });
  afterAll(() => rmSync(programs, { recursive: true }));

  /** Runs it with an npm that only says what it is asked for, and fails on one script. */
  function runWhere(failing: string): { readonly status: number | null; readonly lines: readonly string[] } {
    const npm = join(programs, 'npm');
    writeFileSync(npm, `#!/bin/sh\necho "npm $*"\ncase "$*" in *${failing}) exit 1;; esac\n`);
    chmodSync(npm, 0o755);
    const env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` };
    const { status, stdout } = spawnSync(join(root, '.ci/run'), { env, encoding: 'utf8' });
    return { status, lines: stdout.trim().split('\n') };
  }

  it('runs the two commands of the README and the checks, and counts them on the last line', () => {
    const { status, lines } = runWhere('nothing');
    const commands = [...read('README.md').matchAll(/^\$ (npm ci && npm (?:start|test))$/gm)].map(([, line]) => line);
    expect(commands).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    for (const part of [...commands, 'npm run check']) expect(lines).toContain(`== ${part}`);
    expect(lines.filter((line) => line.startsWith('npm '))).toEqual(
      expect.arrayContaining(['npm ci', 'npm start', 'npm test', 'npm run check']),
    );
    expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: '4 passed, 0 failed' });
  });

  it.each(['ci', 'start', 'test', 'check', 'conformance'])(
    'fails where npm fails on %s, and runs the rest',
    (script) => {
      const { status, lines } = runWhere(script);
      expect(status).toBe(1);
      expect(lines.at(-1)).toMatch(/^[2-3] passed, [1-2] failed$/);
      expect(lines).toContain('npm run check');
    },
  );
});

describe('the workflow', () => {
  const text = read('.github/workflows/ci.yml');

  it('proves the kit on Linux with either processor, on macOS with Apple’s, and on each version of Node', () => {
    const matrix = [...text.matchAll(/\{ os: (\S+), node: (\d+) \}/g)].map(([, os, version]) => `${os} ${version}`);
    for (const node of [20, 22, 24]) expect(matrix).toContain(`ubuntu-24.04 ${node}`);
    expect(matrix).toContainEqual(expect.stringMatching(/^ubuntu-24\.04-arm /));
    // From 14 on GitHub's machines with macOS have Apple's processors.
    expect(matrix).toContainEqual(expect.stringMatching(/^macos-1[4-9] /));
  });

  it('installs without scripts, as nothing of the kit needs one', () => {
    const installs = [...text.matchAll(/npm ci\b.*/g)].map(([line]) => line);
    expect(installs.length).toBeGreaterThan(0);
    expect(new Set(installs)).toEqual(new Set(['npm ci --ignore-scripts']));
  });

  it('runs scripts that there are, and leaves out only suites that there are', () => {
    const run = [...text.matchAll(/npm (?:run ([\w:]+)|(start|test))\b/g)].map(([, script, short]) => script ?? short);
    expect(run).toEqual(expect.arrayContaining(['start', 'test', 'check']));
    expect(run.filter((script) => !((script as string) in scripts))).toEqual([]);
    for (const [, suite] of text.matchAll(/--testPathIgnorePatterns (\S+)/g)) {
      expect([suite, existsSync(join(root, `${suite}.test.ts`))]).toEqual([suite, true]);
    }
  });
});
