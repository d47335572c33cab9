import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classSection } from './class-section';
import type { DeclarationFault } from './declaration-faults';
import { collectOptions, type MakerRows, type SectionRows } from './collect-options';
import type { OptionRow } from './option-row';
import { NAME_SPELLING } from '../../lib/definition/names/rules';
import { NOT_TRIED } from './changes-of-stores';
import type { Declarations } from './declared-options';
import type { Measured } from './measure-changes';
import { link, optionTable, signatureOf, withDocuments } from './render-options';
import { SECTIONS, type Section } from './sections';

/** Where the page is kept, from the project's root. */
export const DEFINITION_DOC_FILE = 'docs/definition.md';

/** Where the example of a kind of store is, from the project's root. */
export const exampleOf = (kind: string): string => `examples/stores/${kind}.config.ts`;

const ROOT = join(__dirname, '..', '..');

const INTRO = `# Definition

<!-- Written by scripts/definition-doc.ts from lib/definition: change the docstrings and schemas there. -->

Everything that a tier file can say. Options that are not listed do not exist: a misspelt one is refused, with the nearest name. Names of stages,
stores and services are ${NAME_SPELLING}.

- **Takes** is in the words of the messages about faults. \`<name>\` stands for a name of your own. What options ask of each other, such as a class and a
  number of connections that it can't hold, only the messages say; \`npx polystore prove\` shows all of them at once.
- **Default** is what a stage has where the definition is silent. Where profiles differ, a \`disposable\` stage's stands first.
- **Later** is what a deployment makes of another value, as \`polystore guard\` and \`polystore diff\` tell it: a change was tried in a
  protected stage, and taken \`back\`. _Replaced, empty_: a new one without the data takes its place. _Takes the network away_: what servers stand in is
  replaced or deleted. _Refused by AWS_: it grows, and never shrinks. The guard refuses everything that is lost until somebody accepts it. An empty cell is
  no promise: \`polystore diff\` tells of your own change.
- **One store, many stages.** What a store says holds in every stage; \`stages.<stage>.stores.<store>\` takes the same options and counts before it.
`;

/** What the page is written from, beside the schemas. */
export interface PageSource {
  readonly declarations: Declarations;
  readonly measured: Measured;
}

/**
 * The page, before prettier lays it out.
 * @throws {TypeError} where an option lacks a docstring or `@default`, or says what its schema does not; where no change of one was tried
 */
export function definitionPage(source: PageSource): string {
  const { declarations, measured } = source;
  const { sections, faults: ofDeclarations } = collectOptions(SECTIONS, declarations);
  const faults = [
    ...ofDeclarations,
    ...SECTIONS.flatMap((section, index) => untried(section, sections[index], measured)),
  ];
  if (faults.length > 0) throw new TypeError(faults.map(({ at, message }) => `${at} ${message}`).join('\n'));
  return [
    INTRO,
    [...SECTIONS.map(({ title }) => title), 'Instance classes'].map((title) => link(title)).join(' · '),
    ...sections.map((rows, index) => sectionText(SECTIONS[index] as Section, rows, source)),
    classSection(),
  ].join('\n\n');
}

function sectionText(
  { title, type, intro, kind }: Section,
  { rows, makers }: SectionRows,
  { declarations, measured }: PageSource,
): string {
  const example = kind === undefined ? [] : [declarations.functionOf(kind)?.summary ?? '', exampleBlock(kind)];
  return [
    `## ${title}`,
    ...example,
    intro,
    optionTable(rows, measured[kind ?? type]),
    ...makers.map((maker) => makerText(maker, measured)),
  ].join('\n\n');
}

const exampleBlock = (kind: string): string =>
  ['```ts', readFileSync(join(ROOT, exampleOf(kind)), 'utf8').trim(), '```'].join('\n');

function makerText({ name, declared, rows }: MakerRows, measured: Measured): string {
  const table = rows.length === 0 ? [] : [optionTable(rows, measured[name])];
  return [`### ${name}`, `\`${signatureOf(name, declared)}\`: ${withDocuments(declared.summary ?? '')}`, ...table].join(
    '\n\n',
  );
}

/** Options of a kind of store, and of the functions that it is the first to name, of which no change was tried. */
function untried({ kind }: Section, section: SectionRows | undefined, measured: Measured): readonly DeclarationFault[] {
  if (kind === undefined || section === undefined) return [];
  const owners = [{ name: kind, rows: section.rows }, ...section.makers.filter(({ name }) => !(name in NOT_TRIED))];
  return owners.flatMap(({ name, rows }) =>
    rows
      .filter(({ path }) => measured[name]?.[path] === undefined && !isWithin(rows, path) && !isExcused(name, path))
      .map(({ path }) => ({
        at: `${name}.${path}`,
        message: 'was changed by nobody: try a change, or say in NOT_TRIED why not',
      })),
  );
}

/** Whether other rows are of its fields. */
const isWithin = (rows: readonly OptionRow[], path: string): boolean =>
  rows.some((row) => row.path.startsWith(`${path}.`) || row.path.startsWith(`${path}[`));

const isExcused = (owner: string, path: string): boolean =>
  Object.keys(NOT_TRIED).some(
    (excused) => `${owner}.${path}` === excused || `${owner}.${path}`.startsWith(`${excused}.`),
  );
