import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const foldersIn = (path: string): string[] =>
  [...new Set(tracked.filter((file) => file.startsWith(path)).map((file) => file.slice(path.length)))]
    .filter((file) => file.includes('/'))
    .map((file) => `${path}${file.split('/')[0]}/`)
    .filter((folder, index, all) => all.indexOf(folder) === index);

interface LintCase {
  readonly room: string;
  readonly code: string;
  /** What lint must say; nothing where it must be silent. */
  readonly says: readonly string[];
}

const LINT_CASES: readonly LintCase[] = [
  ['lib/routing', "import { App } from 'aws-cdk-lib';", 'lib/routing must not import aws-cdk-lib'],
  ['lib/routing', "import { defineTier } from '../definition';", 'lib/routing must not import lib/definition'],
  ['lib/smoke', "import { Pool } from 'pg';", 'lib/smoke must not import pg'],
  ['lib/placement', "import type { Topology } from '../topology';", 'lib/placement must not import lib/topology'],
  ['lib/definition/valkey', "import { x } from '../../valkey';", 'lib/definition must not import lib/valkey'],
  ['lib/routing/scatter', "import { x } from '../../../lib/stacks';", 'lib/routing must not import lib/stacks'],
  ['constructs/alarms', "import { x } from '../../lib/stacks';", 'constructs must not import lib/stacks'],
  ['constructs', "import { x } from '../lib/stacks/tier-stacks';", 'constructs must not import lib/stacks'],
  ['constructs', "import { openClient } from '../lib/postgres';", 'constructs must not import lib/postgres'],
  ['lib/local', 'export const home = process.env.HOME;', 'Only bin and lambda read the environment'],
  ['lib/local', "import { exitCodeOf } from '../../bin/exit-code';", 'Rooms never import a composition root'],
  ['lib/routing', "import { bucketOf } from '../placement';"],
  ['constructs', "import { INSTANCE_CLASSES } from '../lib/catalog';"],
  ['lib/stacks', "import { App } from 'aws-cdk-lib';"],
  ['lib/definition/dynamodb', "import { x } from '../valkey/shape';"],
].map(([room, code, ...says]) => ({ room, code, says }) as LintCase);

/** What the walls say of each case if it stood in a file of its room; eslint runs in a process of its own, since jest can't load it. */
function lintAll(cases: readonly LintCase[]): readonly (readonly string[])[] {
  const program = `
    const { ESLint } = require('eslint');
    const eslint = new ESLint({ overrideConfig: { languageOptions: { parserOptions: { projectService: false } } }, ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted') });
    const lint = async ({ file, code }) => {
      const [{ messages }] = await eslint.lintText(code, { filePath: file });
      return messages.map(({ message }) => message);
    };
    Promise.all(JSON.parse(process.argv[1]).map(lint)).then((all) => console.log(JSON.stringify(all)));`;
  const input = cases.map(({ room, code }) => {
    const file = readdirSync(join(root, room)).find((name) => name.endsWith('.ts')) as string;
    return { file: join(root, room, file), code };
  });
  const output = execFileSync(process.execPath, ['-e', program, JSON.stringify(input)], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(output) as readonly (readonly string[])[];
}

describe('the house', () => {
  it('has every top-level folder and every room of lib named in ARCHITECTURE.md, and names none that is not there', () => {
    const rooms = [...foldersIn('').filter((folder) => !folder.startsWith('.')), ...foldersIn('lib/')].sort();
    const named = [...architecture.matchAll(/^([a-z]+\/(?:[a-z]+\/)?) +\S/gm)].map(([, folder]) => folder as string);
    expect([...named, 'lib/'].sort()).toEqual(rooms);
  });

  it('has a wall for every room', async () => {
    const walls = readFileSync(join(root, 'eslint.config.mjs'), 'utf8');
    for (const room of [...foldersIn('lib/'), 'constructs/']) {
      expect(walls).toMatch(new RegExp(`^  '?${room.slice(0, -1)}'?: \\[`, 'm'));
    }
  });

  it('has no folder within a folder of a room: no wall would stand there', () => {
    expect(tracked.filter((file) => /^(lib\/[^/]+|constructs)\/[^/]+\/[^/]+\//.test(file))).toEqual([]);
  });

  describe('has walls', () => {
    let said: readonly (readonly string[])[];
    beforeAll(() => {
      said = lintAll(LINT_CASES);
    });

    it.each(LINT_CASES.map((lintCase, index) => ({ ...lintCase, index })))(
      'that in $room answer to `$code` with $says',
      ({ says, index }) => {
        expect(said[index]).toEqual(says.map((text) => expect.stringContaining(text) as string));
      },
    );
  });

  it('keeps one noun a file: none of more than 300 lines', () => {
    const long = tracked
      .filter((file) => /^(bin|constructs|lambda|lib)\/.*\.ts$/.test(file))
      .filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 300);
    expect(long).toEqual([]);
  });

  it('has no folder for what has no name', () => {
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it('names no path of a machine and no registry in what it tracks', () => {
    const leaks = tracked
      .filter((file) => /\.(ts|mjs|cjs|json|md|yml|sh)$/.test(file) && file !== 'test/house.test.ts')
      .filter((file) => {
        const text = readFileSync(join(root, file), 'utf8');
        return /"resolved": *"https?:/.test(text) || /(^|[\s"'`(])\/(work|root|home)\//m.test(text);
      });
    expect(leaks).toEqual([]);
  });
});
