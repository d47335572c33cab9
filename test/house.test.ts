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

/** The rooms of the plan that the kit began with. */
const PLANNED_ROOMS: readonly string[] = [
  ...['bin', 'lambda', 'constructs', 'runbooks', 'schemas', 'examples', 'test', 'docs'],
  ...['definition', 'catalog', 'topology', 'placement', 'sources', 'postgres', 'routing', 'provision'].map(inLib),
  ...['smoke', 'local', 'stacks'].map(inLib),
];

function inLib(room: string): string {
  return `lib/${room}`;
}

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
  ['lib/smoke', "export const load = () => import('pg');", 'lib/smoke must not import pg'],
  ['lib/watch', "export type Cdk = typeof import('aws-cdk-lib');", 'lib/watch must not import aws-cdk-lib'],
  [
    'lib/routing',
    "export const load = () => import('../definition/tier');",
    'lib/routing must not import lib/definition',
  ],
  ['lib/placement', "import type { Topology } from '../topology';", 'lib/placement must not import lib/topology'],
  ['lib/definition/valkey', "import { x } from '../../valkey';", 'lib/definition must not import lib/valkey'],
  ['lib/routing/scatter', "import { x } from '../../../lib/stacks';", 'lib/routing must not import lib/stacks'],
  ['constructs/alarms', "import { x } from '../../lib/stacks';", 'constructs must not import lib/stacks'],
  ['constructs', "import { x } from '../lib/stacks/tier-stacks';", 'constructs must not import lib/stacks'],
  ['constructs', "import { openClient } from '../lib/postgres';", 'constructs must not import lib/postgres'],
  ['lib/local', 'export const home = process.env.HOME;', 'Only bin and lambda read the environment'],
  ['lib/local', "import { exitCodeOf } from '../../bin/exit-code';", 'Rooms never import a composition root'],
  ['lib/routing', "import { bucketOf } from '../placement';"],
  ['lib/smoke', "export const load = () => import('mongodb');"],
  ['constructs', "import { INSTANCE_CLASSES } from '../lib/catalog';"],
  ['lib/stacks', "import { App } from 'aws-cdk-lib';"],
  ['lib/definition/dynamodb', "import { x } from '../valkey/shape';"],
].map(([room, code, ...says]) => ({ room, code, says }) as LintCase);

interface Walls {
  /** By room: the rooms that it may import. */
  readonly walls: Readonly<Record<string, readonly string[]>>;
  /** By package: the rooms that may import it. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

interface Linted extends Walls {
  /** What the walls say of each case if it stood in a file of its room. */
  readonly said: readonly (readonly string[])[];
}

/** eslint and its configuration are read in a process of their own, since jest can't load them. */
function lintAll(cases: readonly LintCase[]): Linted {
  const program = `
    const { ESLint } = require('eslint');
    const eslint = new ESLint({ overrideConfig: { languageOptions: { parserOptions: { projectService: false } } }, ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted') });
    const lint = async ({ file, code }) => {
      const [{ messages }] = await eslint.lintText(code, { filePath: file });
      return messages.map(({ message }) => message);
    };
    Promise.all([import('./eslint.config.mjs'), ...JSON.parse(process.argv[1]).map(lint)]).then(([{ walls, owners }, ...said]) =>
      console.log(JSON.stringify({ walls, owners, said })),
    );`;
  const input = cases.map(({ room, code }) => {
    const file = readdirSync(join(root, room)).find((name) => name.endsWith('.ts')) as string;
    return { file: join(root, room, file), code };
  });
  const output = execFileSync(process.execPath, ['-e', program, JSON.stringify(input)], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(output) as Linted;
}

/** Clients of AWS have a row of their own, below those of rooms. */
const isOfAws = (name: string): boolean => name.startsWith('@aws-sdk');

const roomsInLib = (rooms: readonly string[]): readonly string[] => rooms.map((room) => room.replace(/^lib\//, ''));

/** "Who may import whom" as eslint has it: by room, what its row in ARCHITECTURE.md names. */
function rowsOf({ walls, owners }: Walls): Readonly<Record<string, readonly string[]>> {
  const packagesOf = (room: string): readonly string[] =>
    Object.entries(owners).flatMap(([name, allowed]) =>
      // The package that is called as the room next to it goes with aws-cdk-lib.
      name !== 'constructs' && !isOfAws(name) && allowed.includes(room) ? [name] : [],
    );
  const rooms = Object.entries(walls).map(([room, allowed]): [string, readonly string[]] => [
    room,
    [...roomsInLib(allowed.filter((name) => name !== 'lib/errors')), ...packagesOf(room)].sort(),
  ]);
  const ofAws = Object.entries(owners).flatMap(([name, allowed]) => (isOfAws(name) ? roomsInLib(allowed) : []));
  return Object.fromEntries([...rooms, ['clients of AWS', [...new Set(ofAws)].sort()]]);
}

/** The same as ARCHITECTURE.md has it. */
function rowsIn(text: string): Readonly<Record<string, readonly string[]>> {
  const block = /### Who may import whom.*?```\n(.*?)```/s.exec(text)?.[1] ?? '';
  const rows = [...block.matchAll(/^(.+?) +-> (.+)$/gm)].flatMap(([, rooms = '', names = '']) =>
    rooms.split(', ').map((room): [string, readonly string[]] => [
      room,
      names
        .split(/[,;] /)
        .map((name) => name.replace(/ \(.*\)$/, ''))
        .filter((name) => name !== 'nothing')
        .sort(),
    ]),
  );
  return Object.fromEntries(rows.filter(([room]) => !['bin', 'lambda', 'everything'].includes(room)));
}

describe('the house', () => {
  it('has every top-level folder and every room of lib named in ARCHITECTURE.md, and names none that is not there', () => {
    const rooms = [...foldersIn('').filter((folder) => !folder.startsWith('.')), ...foldersIn('lib/')].sort();
    const named = [...architecture.matchAll(/^([a-z]+\/(?:[a-z]+\/)?) +\S/gm)].map(([, folder]) => folder as string);
    expect([...named, 'lib/'].sort()).toEqual(rooms);
  });

  it('says why each room stands that the first plan does not have, and why one does not stand', () => {
    const rooms = [...foldersIn('').filter((folder) => !folder.startsWith('.')), ...foldersIn('lib/')].map((folder) =>
      folder.slice(0, -1),
    );
    const reasons = readFileSync(join(root, 'docs/adr/0004-rooms-beside-the-plan.md'), 'utf8');
    const [decision = ''] = reasons.split('\n## ').filter((part) => part.startsWith('Decision'));
    const named = [...decision.matchAll(/^- ([^:]*):/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([a-z/]+)`/g)].map(([, name]) => name as string),
    );
    expect(named.sort()).toEqual(rooms.filter((room) => !PLANNED_ROOMS.includes(room) && room !== 'lib').sort());
    const missing = PLANNED_ROOMS.filter((room) => !rooms.includes(room));
    expect(missing).toEqual(['schemas']);
    expect(reasons).toContain('does not stand: `schemas`');
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
    let linted: Linted;
    beforeAll(() => {
      linted = lintAll(LINT_CASES);
    });

    it('that stand where ARCHITECTURE.md says, and nowhere else', () => {
      expect(rowsIn(architecture)).toEqual(rowsOf(linted));
    });

    it.each(LINT_CASES.map((lintCase, index) => ({ ...lintCase, index })))(
      'that in $room answer to `$code` with $says',
      ({ says, index }) => {
        expect(linted.said[index]).toEqual(says.map((text) => expect.stringContaining(text) as string));
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
