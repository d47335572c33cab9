import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classSection } from './class-section';
import { collectOptions, type MakerRows, type SectionRows } from './collect-options';
import { readDeclarations, type Declarations } from './declared-options';
import { link, optionTable, signatureOf, withDocuments } from './render-options';
import { SECTIONS, type Section } from './sections';

/** Where the page is kept, from the project's root. */
export const DEFINITION_DOC_FILE = 'docs/definition.md';

/** Where the example of a kind of store is, from the project's root. */
export const exampleOf = (kind: string): string => `examples/stores/${kind}.config.ts`;

const ROOT = join(__dirname, '..', '..');

const INTRO = `# Definition

<!-- Written by scripts/definition-doc.ts from lib/definition: change the docstrings and schemas there. -->

Everything that a tier file can say. Options that are not listed do not exist: a misspelt one is refused, with the nearest name.

- **Takes** is in the words of the messages about faults. \`<name>\` stands for a name of your own. What options ask of each other, such as a class and a
  number of connections that it can't hold, only the messages say; \`npx polystore prove\` shows all of them at once.
- **Default** is what a stage has where the definition is silent. Where profiles differ, a \`disposable\` stage's stands first.
- **One store, many stages.** What a store says holds in every stage; \`stages.<stage>.stores.<store>\` takes the same options and counts before it.
`;

/**
 * The page, before prettier lays it out.
 * @throws {TypeError} where an option lacks a docstring or `@default`, or says what its schema does not
 */
export function definitionPage(declarations: Declarations = readDeclarations()): string {
  const { sections, faults } = collectOptions(SECTIONS, declarations);
  if (faults.length > 0) throw new TypeError(faults.map(({ at, message }) => `${at} ${message}`).join('\n'));
  return [
    INTRO,
    [...SECTIONS.map(({ title }) => title), 'Instance classes'].map((title) => link(title)).join(' · '),
    ...sections.map((rows, index) => sectionText(SECTIONS[index] as Section, rows, declarations)),
    classSection(),
  ].join('\n\n');
}

function sectionText(
  { title, intro, kind }: Section,
  { rows, makers }: SectionRows,
  declarations: Declarations,
): string {
  const example = kind === undefined ? [] : [declarations.functionOf(kind)?.summary ?? '', exampleBlock(kind)];
  return [`## ${title}`, ...example, intro, optionTable(rows), ...makers.map(makerText)].join('\n\n');
}

const exampleBlock = (kind: string): string =>
  ['```ts', readFileSync(join(ROOT, exampleOf(kind)), 'utf8').trim(), '```'].join('\n');

function makerText({ name, declared, rows }: MakerRows): string {
  const table = rows.length === 0 ? [] : [optionTable(rows)];
  return [`### ${name}`, `\`${signatureOf(name, declared)}\`: ${withDocuments(declared.summary ?? '')}`, ...table].join(
    '\n\n',
  );
}
