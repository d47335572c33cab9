import { PolystoreError } from '../errors';
import { SECTIONS, type Runbook, type RunbookKind, type RunbookTag, type Safety } from './runbook';

const FRONT_MATTER = /^---\n([^]*?)\n---\n/;
const FIELDS = ['tag', 'safe-to-run', 'minutes', 'kinds', 'drill'] as const;
/** A kind without a row does not compile. */
const KIND_ROWS: Readonly<Record<RunbookKind, true>> = {
  postgres: true,
  shardedPostgres: true,
  valkey: true,
  dynamodb: true,
  documentdb: true,
  neptune: true,
};
const KINDS = Object.keys(KIND_ROWS) as readonly RunbookKind[];
const SAFETIES: readonly Safety[] = ['read-only', 'mutating', 'destructive'];

/**
 * Reads a runbook's file.
 * @throws {PolystoreError} DOCUMENT_INVALID listing every fault: front matter, missing, empty or unknown sections
 */
export function parseRunbook(slug: string, text: string): Runbook {
  const { runbook, faults } = readRunbookText(slug, text);
  if (faults.length > 0) throw invalid(slug, faults);
  return runbook;
}

/** A runbook as far as it can be read, and every fault of its form. */
export function readRunbookText(
  slug: string,
  text: string,
): { readonly runbook: Runbook; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const [head = '', matter = ''] = FRONT_MATTER.exec(text) ?? [];
  const fields = readFields(matter, faults);
  const tag = oneOf(fields, 'tag', Object.keys(SECTIONS) as RunbookTag[], faults);
  const safety = oneOf(fields, 'safe-to-run', SAFETIES, faults);
  const minutes = Number(fields.get('minutes'));
  if (!(minutes > 0)) faults.push(`minutes: got ${fields.get('minutes') ?? 'nothing'}, allowed is a number above 0`);
  const kinds = (fields.get('kinds') ?? '')
    .split(',')
    .map((kind) => kind.trim())
    .filter((kind) => kind !== '');
  for (const kind of kinds)
    if (!KINDS.includes(kind as RunbookKind)) faults.push(`kinds: unknown "${kind}", there are ${KINDS.join(', ')}`);
  const drill = fields.get('drill');
  const { title, sections } = readSections(text.slice(head.length), faults);
  checkSections(sections, SECTIONS[tag], faults);
  const runbook: Runbook = {
    slug,
    title,
    tag,
    safety,
    minutes,
    kinds: kinds as RunbookKind[],
    ...(drill !== undefined && { drill }),
    sections,
  };
  return { runbook, faults };
}

function readFields(matter: string, faults: string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of matter.split('\n').filter((one) => one !== '')) {
    const [, name = '', value = ''] = /^([a-z-]+): *(.*)$/.exec(line) ?? [];
    if (!(FIELDS as readonly string[]).includes(name))
      faults.push(`front matter: "${line}" is none of ${FIELDS.join(', ')}`);
    fields.set(name, value.trim());
  }
  return fields;
}

function oneOf<T extends string>(
  fields: ReadonlyMap<string, string>,
  name: string,
  allowed: readonly [T, ...T[]] | readonly T[],
  faults: string[],
): T {
  const value = fields.get(name);
  if ((allowed as readonly string[]).includes(value ?? '')) return value as T;
  faults.push(`${name}: got ${value ?? 'nothing'}, allowed are ${allowed.join(', ')}`);
  return allowed[0] as T;
}

function readSections(
  body: string,
  faults: string[],
): { readonly title: string; readonly sections: ReadonlyMap<string, string> } {
  const [before = '', ...parts] = body.split(/^## /m);
  const title = /^# (.+)$/m.exec(before)?.[1] ?? '';
  if (title === '') faults.push('no title: the first line is "# …"');
  const sections = new Map<string, string>();
  for (const part of parts) {
    const end = part.indexOf('\n');
    const heading = part.slice(0, end === -1 ? part.length : end).trim();
    if (sections.has(heading)) faults.push(`section "${heading}" is there twice`);
    sections.set(heading, end === -1 ? '' : part.slice(end + 1).trim());
  }
  return { title, sections };
}

function checkSections(sections: ReadonlyMap<string, string>, wanted: readonly string[], faults: string[]): void {
  for (const heading of wanted) {
    const text = sections.get(heading);
    if (text === undefined) faults.push(`no section "${heading}"`);
    else if (text.replace(/<!--[^]*?-->/g, '').trim() === '') faults.push(`section "${heading}" is empty`);
  }
  for (const heading of sections.keys())
    if (!wanted.includes(heading)) faults.push(`unknown section "${heading}", there are ${wanted.join(', ')}`);
}

const invalid = (slug: string, faults: readonly string[]): PolystoreError<'DOCUMENT_INVALID'> =>
  new PolystoreError('DOCUMENT_INVALID', faults.map((fault) => `runbooks/${slug}.md: ${fault}`).join('\n'), {
    details: { document: 'runbook', source: `runbooks/${slug}.md` },
  });
