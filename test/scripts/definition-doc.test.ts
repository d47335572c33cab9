import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadStages } from '../../lib/definition';
import { byName, integer, options, shorthandOr, text } from '../../lib/definition/shape/option';
import { KINDS } from '../../lib/definition/stores/kinds';
import { STORE_CHANGES } from '../../scripts/definition-doc/changes-of-stores';
import { collectOptions } from '../../scripts/definition-doc/collect-options';
import { readDeclarations, type Declarations, type DeclaredType } from '../../scripts/definition-doc/declared-options';
import { DEFINITION_DOC_FILE, definitionPage, exampleOf } from '../../scripts/definition-doc/page';
import { measureStoreChanges, type MeasuredChange } from '../../scripts/definition-doc/measure-changes';
import { defaultText } from '../../scripts/definition-doc/render-options';

const page = readFileSync(DEFINITION_DOC_FILE, 'utf8');
const declarations = readDeclarations();

/** Without what prettier does: `npm run check` holds the file against it to the letter. */
const laidOut = (text: string): string =>
  text.replace(/ +/g, ' ').replace(/-{3,}/g, '---').replace(/\n+/g, '\n').trim();

const NOTHING: MeasuredChange = { there: 'nothing', back: 'nothing' };

/** Every change as if nothing came of it: to try all of them takes as long as many a suite, and `npm run check` does. */
const measured = Object.fromEntries(
  Object.entries(STORE_CHANGES).map(([owner, changes]) => [
    owner,
    Object.fromEntries(Object.keys(changes).map((option) => [option, NOTHING])),
  ]),
);

/** The page without what came of changes. */
const withoutLater = (text: string): string =>
  text.replace(/(^\|.*\n)+/gm, (lines) => {
    const rows = lines
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/(?<!\\)\|/));
    const later = (rows[0] ?? []).findIndex((cell) => cell.trim() === 'later');
    return `${rows.map((cells) => cells.filter((_, index) => later < 0 || index !== later).join('|')).join('\n')}\n`;
  });

/** What stands between the heading of a kind and the next of its level. */
const sectionOf = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const optionsOf = (section: string): readonly string[] =>
  [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, option = '']) => option);

describe('docs/definition.md', () => {
  test('is what lib/definition says: node --import tsx scripts/definition-doc.ts writes it', () => {
    expect(laidOut(withoutLater(page))).toBe(laidOut(definitionPage({ declarations, measured })));
  });

  test('is another one where a docstring says something else', () => {
    const changed = withOption(declarations, 'Postgres', 'database', { summary: 'Something else.' });
    const text = definitionPage({ declarations: changed, measured });
    expect(laidOut(text)).not.toBe(laidOut(withoutLater(page)));
    expect(text).toContain('Something else.');
  });

  test('is not written where a docstring or @default is missing', () => {
    const lacking = withOption(declarations, 'Neptune', 'readers', { summary: undefined, byDefault: undefined });
    expect(() => definitionPage({ declarations: lacking, measured })).toThrow(
      'Neptune.readers has no docstring\nNeptune.readers may be left out, and has no @default',
    );
  });

  test('is not written where nobody tried what a change of an option does', () => {
    const { slowQueryMs, ...neptune } = measured['neptune'] ?? {};
    expect(slowQueryMs).toBeDefined();
    expect(() => definitionPage({ declarations, measured: { ...measured, neptune } })).toThrow(
      /^neptune\.slowQueryMs was changed by nobody/,
    );
  });

  test('tells what becomes of a change, and of taking it back', () => {
    const neptune = { ...measured['neptune'], readers: { there: 'nothing', back: 'removes servers' } } as const;
    const text = definitionPage({ declarations, measured: { ...measured, neptune } });
    expect(text).toMatch(/^\| `readers` \|.*\| back: removes servers \| Servers beside the first/m);
  });

  test.each(Object.entries(KINDS))('has every option of %s', (kind, { options: schema, fixed }) => {
    const section = sectionOf(kind);
    expect(optionsOf(section)).toEqual(expect.arrayContaining(Object.keys(schema.shape)));
    expect(section).toContain(`The same in every stage: ${fixed.map((option) => `\`${option}\``).join(', ')}.`);
  });

  test.each(Object.keys(KINDS))('has one example of %s, a tier file that is valid in both profiles', async (kind) => {
    const [example, ...others] = [...sectionOf(kind).matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);
    expect([example, others]).toEqual([readFileSync(exampleOf(kind), 'utf8'), []]);
    const stages = await loadStages(exampleOf(kind));
    expect(stages.map(({ stage }) => stage.profile)).toEqual(['disposable', 'protected']);
    for (const { stores } of stages) expect(Object.values(stores).map((store) => store.kind)).toEqual([kind]);
  });

  test('has no example that no test has parsed', () => {
    expect(page.match(/^```/gm)).toHaveLength(2 * Object.keys(KINDS).length);
  });
});

test('a change is tried by deploying it, and taken back', () => {
  const { class: ofClass, database, slowQueryMs, maxConnections, replicas } = STORE_CHANGES['postgres'] ?? {};
  const changes = [
    ofClass,
    database,
    slowQueryMs,
    maxConnections,
    replicas,
    STORE_CHANGES['postgres']?.['storage.sizeGiB'],
  ];
  expect(measureStoreChanges(changes.filter((change) => change !== undefined))).toEqual([
    { there: 'interrupts', back: 'interrupts' },
    { there: 'replaced, empty', back: 'replaced, empty' },
    NOTHING,
    { there: 'waits for a reboot', back: 'waits for a reboot' },
    { there: 'nothing', back: 'removes servers' },
    { there: 'nothing', back: 'refused by AWS' },
  ]);
});

test('a default is a value for both profiles, one for each, or what happens', () => {
  expect(
    [
      "'gp3'",
      '20 in a disposable stage, 100 in a protected one',
      '0 in a disposable stage, 1 in a protected one, which has 1 at least',
      'fresh()',
      "- the stage's",
    ].map(defaultText),
  ).toEqual([
    "`'gp3'`",
    '`20` disposable, `100` protected',
    '`0` disposable, `1` protected, which has 1 at least',
    '[`fresh()`](#fresh)',
    "the stage's",
  ]);
});

describe('how options are declared', () => {
  let directory: string;
  beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'polystore-declarations-'))));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Declares a type `Thing` in a module of its own and reads it by a schema. */
  function collect(source: string, schema: z.ZodObject) {
    const file = join(directory, 'thing.ts');
    writeFileSync(file, source);
    const { sections, faults } = collectOptions([{ type: 'Thing', schema }], readDeclarations(file));
    return { sections, faults: faults.map(({ at, message }) => `${at} ${message}`) };
  }

  const servers = integer(1, 8);

  test('is refused where it says too little, too much or something else than the schema', () => {
    const { faults } = collect(
      `export interface Thing {
        servers?: number;
        /** 1 to 9. @default 2 */ readers?: number;
        /** Needed. @default 3 */ writers: number;
        /** Left out by its type only. */ standbys?: number;
        /** Left out by the parser only. @default 4 */ witnesses: number;
        /** Of another type. @default - none */ pool?: string;
      }`,
      options('{ … }', {
        servers: servers.optional(),
        readers: servers.optional(),
        writers: servers,
        standbys: servers,
        witnesses: servers.optional(),
        pool: options('{ size: … }', { size: servers }).optional(),
        misspelt: servers,
      }),
    );
    expect(faults).toEqual([
      'Thing.servers has no docstring',
      'Thing.servers may be left out, and has no @default',
      'Thing.readers says 1 to 9, but messages of the parser say 1 to 8',
      'Thing.writers may not be left out, and has a @default',
      'Thing.standbys is required by the parser, optional by its type',
      'Thing.witnesses is optional for the parser, required by its type',
      'Thing.pool { size: … } is read, but string is declared',
      'Thing.misspelt is read, but Thing declares no such option',
    ]);
  });

  test('is read through shorthands, tables by name, lists, words with a meaning and functions', () => {
    const nodes = options('{ size: … }', { size: servers });
    const { sections, faults } = collect(
      `/** \`small\`: one. \`large\`: many. */
      export type Size = 'small' | 'large';
      export interface Node {
        /** 1 to 8. */
        readonly size: number;
      }
      export interface Cached {
        readonly kind: 'cached';
        /** Seconds. @default 60 */
        readonly seconds?: number;
      }
      /** Kept for a while. */
      export function cached(options: { readonly seconds?: number } = {}): Cached { return { ...options, kind: 'cached' } }
      export interface Thing<T extends Cached = Cached> {
        /** Nodes. */ readonly nodes: number | Readonly<Record<string, Node>>;
        /** More. */ readonly more: readonly Node[];
        readonly size: Size;
        /** A cache. @default cached() */ readonly cache?: T;
      }`,
      options('{ … }', {
        nodes: shorthandOr('integer 1–8, or nodes by zone', servers, byName('nodes by zone', nodes)),
        more: z.array(nodes).meta({ allowed: 'list of nodes' }),
        size: text('a size'),
        cache: options('cached({ seconds: … })', {
          kind: z.literal('cached').meta({ allowed: 'cached({ … })' }),
          seconds: servers.optional(),
        }).optional(),
      }),
    );
    expect(faults).toEqual([]);
    expect(sections).toEqual([
      {
        rows: [
          expect.objectContaining({ path: 'nodes', takes: ['integer 1–8, or nodes by zone'], isRequired: true }),
          expect.objectContaining({ path: 'nodes.<zone>.size', takes: ['integer 1–8'], summary: '1 to 8.' }),
          // The same fields once more: the page names where they stand.
          expect.objectContaining({ path: 'more', takes: ['list of nodes'] }),
          expect.objectContaining({ path: 'size', summary: '`small`: one. `large`: many.' }),
          expect.objectContaining({ path: 'cache', byDefault: 'cached()', isRequired: false }),
        ],
        makers: [
          expect.objectContaining({
            name: 'cached',
            rows: [expect.objectContaining({ path: 'seconds', byDefault: '60' })],
          }),
        ],
      },
    ]);
  });
});

/** Declarations as they are, with one option that says something else. */
function withOption(
  original: Declarations,
  type: string,
  option: string,
  changes: { readonly summary?: string | undefined; readonly byDefault?: string | undefined },
): Declarations {
  return {
    functionOf: original.functionOf,
    typeOf: (name) => (name === type ? changed(original.typeOf(name)) : original.typeOf(name)),
  };
  function changed(declared: DeclaredType): DeclaredType {
    const known = declared.options[option];
    if (known === undefined) throw new TypeError(`no ${type}.${option}`);
    const options = { ...declared.options, [option]: { ...known, ...changes } };
    const self: DeclaredType = { ...declared, options, forms: [] };
    return { ...self, forms: [self] };
  }
}
