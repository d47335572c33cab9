import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadStages } from '../../lib/definition';
import { createProject } from '../support/command-line';

const page = readFileSync('docs/to-production.md', 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'polystore-page-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Fenced blocks of the page with what their first line says, indented ones too. */
const blocks = [...page.matchAll(/^( *)```([^\n]*)\n([^]*?)^ *```$/gm)].map(([, , info = '', text = '']) => ({
  info,
  text,
}));
const linesOf = (info: string): string[] =>
  blocks.filter((block) => block.info === info).flatMap(({ text }) => text.trim().split('\n'));

const CDK = require.resolve('aws-cdk/bin/cdk');
const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', NODE_ENV: 'production' },
  });

/** Of this repository's own tier, whose stages have the names that the page says. */
const project = createProject();
afterAll(() => project.remove());

/** The program and the arguments of a line of a block. */
function parts(line: string): { readonly program: 'polystore' | 'cdk'; readonly args: string[] } {
  const [npx, program, ...args] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  if (npx !== 'npx' || (program !== 'polystore' && program !== 'cdk')) throw new Error(`no test for: ${line}`);
  return { program, args };
}

const helpOf = async (program: 'polystore' | 'cdk', command: string): Promise<string> =>
  program === 'cdk' ? run(CDK, command, '--help').stdout : (await project.call(command, '--help')).stdout;

test('every block says what it is', () => {
  expect([...new Set(blocks.map(({ info }) => info))].sort()).toEqual([
    'ini',
    'json',
    'sh',
    'sh account',
    // Of AWS's own command line, which is not installed here.
    'sh aws',
    'sh changes',
    'ts',
  ]);
});

test.each(blocks.filter(({ info }) => info === 'ts').map(({ text }, index) => [index + 1, text] as const))(
  'tier file %s has no fault',
  async (index, text) => {
    const file = join(directory, `tier${index}.config.ts`);
    writeFileSync(file, text);
    const stages = await loadStages(file);
    expect(stages.map(({ stage }) => stage.name)).toContain('prod');
  },
);

test('every policy is JSON', () => {
  const policies = blocks.filter(({ info }) => info === 'json');
  expect(policies).toHaveLength(4);
  for (const { text } of policies) expect(() => JSON.parse(text) as unknown).not.toThrow();
});

describe('commands', () => {
  // What synthesizes is run by other suites: the validation of this room, the proof of bin.
  test.each(linesOf('sh').filter((line) => !/synth|guard/.test(line)))(
    '%s',
    async (line) => {
      const { program, args } = parts(line);
      expect(program).toBe('polystore');
      const { code, stderr } = await project.call(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('error') });
    },
    60_000,
  );

  test('of every block have options that exist', async () => {
    const lines = ['sh', 'sh account', 'sh changes'].flatMap(linesOf).map(parts);
    const known = new Map<string, string>();
    expect(lines.length).toBeGreaterThan(8);
    for (const { program, args } of lines) {
      const command = args[0] as string;
      const key = `${program} ${command}`;
      const help = known.get(key) ?? (await helpOf(program, command));
      known.set(key, help);
      expect([key, help.length > 100]).toEqual([key, true]);
      for (const option of args.filter((arg) => /^--?[a-z]/.test(arg))) {
        const exists = new RegExp(`(^|[\\s,])${option}\\b`, 'm').test(help);
        expect([key, option, exists]).toEqual([key, option, true]);
      }
    }
  }, 60_000);
});

describe('the workflow', () => {
  const file = 'examples/github-actions/deploy.yml';
  const text = readFileSync(file, 'utf8');

  test('is YAML as prettier reads and writes it', () => {
    const { status, stdout, stderr } = run(resolve('node_modules/prettier/bin/prettier.cjs'), '--check', file);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
  });

  test('logs in by a token of the run, and holds no key', () => {
    expect(text).toMatch(/^ {6}id-token: write$/m);
    expect(text).toMatch(/^ {10}role-to-assume: \$\{\{ vars\.DEPLOY_ROLE_ARN \}\}$/m);
    expect(text).not.toMatch(/secrets\.|access-key|AKIA|password/i);
  });

  test('proves before it deploys, dev before prod, one deployment at a time', () => {
    expect(text).toMatch(/^ {4}needs: prove$/m);
    expect(text).toMatch(/^ {6}max-parallel: 1\n {6}fail-fast: true$/m);
    expect(text).toMatch(/^ {8}stage: \[dev, prod\]$/m);
    expect(text).toMatch(/^ {2}cancel-in-progress: false$/m);
    expect(text.indexOf('npx polystore guard')).toBeLessThan(text.indexOf('npx cdk deploy'));
  });

  test('pins what it runs to a version, and gives each job no more than it needs', () => {
    const uses = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(3);
    for (const action of uses) expect(action).toMatch(/@v\d+$/);
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(text.match(/: write/g)).toHaveLength(1);
  });
});
