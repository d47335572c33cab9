import { KINDS } from '../../lib/definition/stores/kinds';
import type { OptionRow } from './option-row';
import { readDefault } from './read-default';
import type { DeclaredFunction } from './declared-options';
import type { MeasuredChange } from './measure-changes';

/** A link to a heading of the page. */
export const link = (heading: string, text = heading): string =>
  `[${text}](#${heading.toLowerCase().replaceAll(' ', '-')})`;

const code = (text: string): string => `\`${text}\``;

/** Options as a table; what becomes of changes only where something does. */
export function optionTable(rows: readonly OptionRow[], changes: Changed = {}): string {
  const cells = rows.map((row) => [
    code(row.path),
    takesText(row),
    row.byDefault === undefined ? '**required**' : defaultText(row.byDefault),
    laterText(changes[row.path]),
    withDocuments(row.summary),
  ]);
  const head = ['option', 'takes', 'default', 'later', 'what it does'];
  const isKnown = cells.some((row) => row[LATER] !== '');
  const shown = (row: readonly string[]): readonly string[] => row.filter((_, index) => isKnown || index !== LATER);
  return table(shown(head), cells.map(shown));
}

type Changed = Readonly<Record<string, MeasuredChange>>;

const LATER = 3;

function laterText(change: MeasuredChange | undefined): string {
  if (change === undefined) return '';
  const { there, back } = change;
  if (there === back) return there === 'nothing' ? '' : there;
  return [...(there === 'nothing' ? [] : [there]), ...(back === 'nothing' ? [] : [`back: ${back}`])].join('; ');
}

/** Phrases of what is allowed that the page says more of elsewhere. */
const LINKS: Readonly<Record<string, string>> = {
  'stages by name': `${link('Stages')} by name`,
  'stores by name': `stores by name: ${Object.keys(KINDS)
    .map((kind) => link(kind))
    .join(', ')}`,
  'services by name': `${link('Services')} by name`,
  'overrides by store name': 'options of the store’s kind, by its name',
  'overrides by service name': `options of ${link('Services', 'a service')}, by its name`,
};

const takesText = ({ takes, alike }: OptionRow): string =>
  takes.map((text) => LINKS[text] ?? (text.startsWith('{') ? bracesText(text, alike) : wordsText(text))).join('; ');

/** What stands in braces is code as it is, the rest is words with values among them. */
const wordsText = (text: string): string =>
  text
    .split(/(\{ [^(){}]* \})(?!\))/)
    .map((part, index) => (index % 2 === 1 ? code(part) : withLinks(withCode(commas(part)))))
    .join('');

/** An object whose options have rows of their own, and what it may be instead. */
function bracesText(text: string, alike: string | undefined): string {
  const [, other] = /^\{[^}]*\} or (.+)$/.exec(text) ?? [];
  const where = alike === undefined ? 'as below' : `as ${code(alike)}`;
  return `${code('{ … }')}, ${where}${other === undefined ? '' : `, or ${withLinks(other)}`}`;
}

/** Paths of documents lead there. */
export const withDocuments = (text: string): string => text.replaceAll(/\bdocs\/([\w-]+\.md)/g, '[docs/$1]($1)');

/** `"a" or "b" or "c"` as `"a", "b" or "c"`. */
const commas = (text: string): string => text.replaceAll(/("[^"]+") or (?="[^"]+" or )/g, '$1, ');

/** Values in quotes, which an apostrophe is not. */
const withCode = (text: string): string =>
  text.replaceAll(/"([^"]+)"|(?<!\w)'([^']+)'(?!\w|[^(]*\))/g, (_, double?: string, single?: string) =>
    code(`'${double ?? single ?? ''}'`),
  );

/** Calls of functions lead to where these are described, classes to the list of all. */
const withLinks = (text: string): string =>
  text
    .replaceAll(/\b([a-z]\w*)\(([^()]*)\)/g, (call, name: string) => link(name, code(call)))
    .replace(/^(instance class|node type)/, (words) => link('Instance classes', words));

/** What `@default` says: a value for each profile, one for both, or after a dash what happens. */
export function defaultText(byDefault: string): string {
  if (byDefault.startsWith('- ')) return withDocuments(withCode(byDefault.slice(2)));
  const value = readDefault(byDefault);
  if (value === undefined) return byDefault;
  const { disposable, protected: ofProtected, more } = value;
  const values =
    disposable === ofProtected
      ? valueText(disposable)
      : `${valueText(disposable)} disposable, ${valueText(ofProtected)} protected`;
  return `${values}${withCode(more)}`;
}

const valueText = (value: string): string => (value.endsWith('()') ? withLinks(value) : code(value));

/** How a function is called: `fromSnapshot(arn, { … })`. */
export const signatureOf = (name: string, { parameters }: DeclaredFunction): string =>
  `${name}(${parameters.map(({ name: parameter, type }) => (isObject(type) ? '{ … }' : parameter)).join(', ')})`;

const isObject = ({ options }: DeclaredFunction['parameters'][number]['type']): boolean =>
  Object.keys(options).length > 0;

/** A table of Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
