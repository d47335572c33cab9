import {
  fill,
  ofKind,
  placeholdersOf,
  PROCEED_SECTION,
  READ_ONLY_SECTIONS,
  readRunbookText,
  type DrillRecord,
  type Runbook,
  type TierNames,
} from '../../lib/runbooks';
import { faultsOfAwsCommand, isReadOnly, parseAwsCommand } from './aws-commands';
import { codeBlocksOf, commandsOf, type CodeBlock } from './code-blocks';
import { faultsOfPolystoreCommand } from './polystore-commands';

/** What runbooks are held against. */
export interface LintContext {
  /** Runbooks that alarms name. */
  readonly alarmRunbooks: readonly string[];
  /** Situations of `polystore drill`, with the runbook of each. */
  readonly drills: Readonly<Record<string, string>>;
  /** What is recorded of drills, and when that is read. */
  readonly recorded: DrillRecord;
  readonly now: Date;
  /** Names of a tier that has everything, by which placeholders are known and filled. */
  readonly names: TierNames;
}

/** Runbooks as read, and every fault found in them without a database. */
export interface Linted {
  readonly runbooks: readonly Runbook[];
  readonly faults: readonly string[];
  /** Blocks of SQL, with names filled in, for {@link faultsOfSql}. */
  readonly sql: readonly CodeBlock[];
}

/** Holds runbooks, by name, against what there is: alarms, drills, placeholders, commands of AWS and of the kit. */
export function lintRunbooks(texts: Readonly<Record<string, string>>, context: LintContext): Linted {
  const faults: string[] = [];
  const runbooks = Object.entries(texts).map(([slug, text]) => {
    const { runbook, faults: ofForm } = readRunbookText(slug, text);
    faults.push(...ofForm.map((fault) => `runbooks/${slug}.md: ${fault}`));
    return runbook;
  });
  const blocks = runbooks.flatMap((runbook) =>
    codeBlocksOf(runbook).map((block) => ({ ...block, text: fill(ofKind(block.text, undefined), context.names) })),
  );
  for (const runbook of runbooks) faults.push(...faultsOfOne(runbook, context));
  for (const slug of context.alarmRunbooks)
    if (texts[slug] === undefined) faults.push(`an alarm leads to runbooks/${slug}.md, which is not there`);
  for (const [situation, slug] of Object.entries(context.drills)) {
    const named = runbooks.find((runbook) => runbook.slug === slug)?.drill;
    if (named !== situation) faults.push(`runbooks/${slug}.md: its drill is ${situation}, got ${named ?? 'none'}`);
    const fault = faultOfRecord(situation, context);
    if (fault !== undefined)
      faults.push(`runbooks/${slug}.md: ${fault}: npx polystore drill ${situation} --record runbooks/drills.json`);
  }
  faults.push(...blocks.flatMap(faultsOfBlock));
  return { runbooks, faults, sql: blocks.filter(({ language }) => language === 'sql') };
}

function faultsOfOne({ slug, tag, drill, sections }: Runbook, { alarmRunbooks, drills, names }: LintContext): string[] {
  const file = `runbooks/${slug}.md`;
  const faults: string[] = [];
  if (tag === 'incident' && !alarmRunbooks.includes(slug))
    faults.push(`${file}: no alarm leads here, and it is no procedure`);
  if (drill !== undefined && drills[drill] === undefined) faults.push(`${file}: there is no drill "${drill}"`);
  faults.push(
    ...stepsWithoutDuration(sections.get(PROCEED_SECTION) ?? '').map(
      (step) => `${file}: Mitigate ${step} says not how long it takes`,
    ),
  );
  const text = [...sections.values()].join('\n');
  for (const name of placeholdersOf(text))
    if (names[name] === undefined) faults.push(`${file}: unknown placeholder {{${name}}}`);
  return faults;
}

const DAY_MS = 86_400_000;
/** What was proven longer ago was proven of another kit. */
const DRILL_DAYS_MAX = 180;

/** Why what is recorded of a drill can't be told to anybody. */
function faultOfRecord(situation: string, { recorded, now }: LintContext): string | undefined {
  const held = recorded[situation];
  if (held === undefined) return 'its drill was never recorded';
  const days = (now.getTime() - Date.parse(held.heldAt)) / DAY_MS;
  if (days < 0) return `its drill was recorded on ${held.heldAt}, which is to come`;
  return days > DRILL_DAYS_MAX
    ? `its drill was held ${Math.floor(days)} days ago, allowed are ${DRILL_DAYS_MAX}`
    : undefined;
}

const DURATION = /\b(once|seconds?|minutes?|hours?|days?|weeks?|long)\b/i;

/** Numbers of steps whose emphasised words name no time. */
function stepsWithoutDuration(section: string): readonly string[] {
  const [, ...steps] = section.split(/^(?=\d+\. )/m);
  return steps.flatMap((step) => {
    const emphasised = [...step.matchAll(/(?<!\w)_([^_]+)_(?!\w)/g)].map(([, words = '']) => words);
    return emphasised.some((words) => DURATION.test(words)) ? [] : [/^\d+/.exec(step)?.[0] ?? '?'];
  });
}

/** Languages of blocks. `text` is what a command prints. */
const LANGUAGES = ['sh', 'sql', 'text', 'ts', 'json'];

/** Whether a block stands where everything only looks. */
export const isLook = ({ section }: CodeBlock): boolean => READ_ONLY_SECTIONS.includes(section);

function faultsOfBlock(block: CodeBlock): readonly string[] {
  const where = `runbooks/${block.runbook}.md: ${block.section}`;
  if (!LANGUAGES.includes(block.language))
    return [`${where}: a block of "${block.language}", allowed are ${LANGUAGES.join(', ')}`];
  if (block.language === 'json') return faultsOfJson(block.text).map((fault) => `${where}: ${fault}`);
  if (block.language !== 'sh') return [];
  return commandsOf(block.text)
    .flatMap((line) => faultsOfLine(line, block))
    .map((fault) => `${where}: ${fault}`);
}

function faultsOfJson(text: string): readonly string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function faultsOfLine(line: string, block: CodeBlock): readonly string[] {
  if (line.startsWith('npx polystore ')) return faultsOfPolystoreCommand(line);
  if (/^npx cdk (deploy|synth|diff|import) /.test(line)) return [];
  if (!line.startsWith('aws ')) return [`unknown program: ${line}`];
  const faults = faultsOfAwsCommand(line);
  if (!isLook(block) || isReadOnly(parseAwsCommand(line))) return faults;
  return [...faults, `a section that only looks changes something: ${line}`];
}
