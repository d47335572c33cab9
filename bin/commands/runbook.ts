import { DRILLS, readLastDrill, type DrillName } from '../../lib/drills';
import {
  allRunbooks,
  leadingAlarms,
  readDrillRecord,
  readRunbook,
  renderRunbook,
  renderTimes,
  type Runbook,
} from '../../lib/runbooks';
import type { TierDefinition } from '../../lib/definition';
import { readLocalState } from '../../lib/local';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { printJson } from '../json-output';
import { forSameTier } from '../same-tier';
import { painterFor } from '../terminal';
import { drillRecordFileOf, drillReportsDirectory, openTier, tierDirectory, type TierOptions } from '../tier-context';

export interface RunbookOptions extends TierOptions {
  /** @default - lists all */
  readonly situation?: string;
  readonly store?: string;
  readonly json?: true;
}

/** Version of what `--json` prints, of the list and of one. */
const JSON_VERSION = 1;

/** Lists the runbooks, or prints one with the tier's own names. */
export async function runbook(options: RunbookOptions): Promise<ExitCode> {
  if (options.situation === undefined) {
    if (options.json) printJson(listDocument());
    else process.stdout.write(listText());
    return EXIT_CODES.ok;
  }
  const found = readRunbook(options.situation);
  const definition = await openTier(options);
  const lastDrill = await lastDrillOf(found, definition, options);
  const text = renderRunbook(found, definition, {
    now: new Date(),
    ...(await noteOf(definition, options)),
    ...(options.store !== undefined && { store: options.store }),
    ...(lastDrill !== undefined && { lastDrill }),
  });
  const { slug, title, tag, safety, minutes, kinds } = found;
  const alarms = leadingAlarms(slug);
  if (options.json) {
    const about = { runbook: slug, title, tag, safety, minutes, kinds, alarms, lastDrill: lastDrill ?? null };
    printJson({ version: JSON_VERSION, ...about, text });
  } else process.stdout.write(text);
  return EXIT_CODES.ok;
}

/** Its commands are for AWS: who has the same stage up here, where something may be wrong as well, is told what helps here. */
async function noteOf(definition: TierDefinition, options: TierOptions): Promise<{ readonly note?: string }> {
  if ((await readLocalState(tierDirectory(definition))) === undefined) return {};
  const note =
    'this stage is up on this machine, too: `npx polystore status` says what is wrong here and what helps; SQL below works here, commands are for AWS';
  return { note: forSameTier(note, options) };
}

/** How its drill went last, on this machine or as somebody has committed it. */
async function lastDrillOf(
  { drill }: Runbook,
  definition: TierDefinition,
  { tier }: TierOptions,
): Promise<string | undefined> {
  if (drill === undefined || !(drill in DRILLS)) return undefined;
  const here = await readLastDrill(drillReportsDirectory(definition), drill as DrillName);
  const committed = readDrillRecord(drillRecordFileOf(tier))[drill];
  if (committed !== undefined && committed.heldAt > (here?.startedAt ?? '')) {
    return `passed on stage ${committed.stage} at ${minuteOf(committed.heldAt)}, ${renderTimes(committed.times)}`;
  }
  if (here === undefined) return undefined;
  return `${here.passed ? 'passed' : 'failed'} here on stage ${here.stage} at ${minuteOf(here.startedAt)}, ${renderTimes(here.times)}`;
}

const minuteOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

function listDocument() {
  const runbooks = allRunbooks().map(({ slug, title, tag, safety, minutes, kinds, drill }) => ({
    runbook: slug,
    title,
    tag,
    safety,
    minutes,
    kinds,
    drill: drill ?? null,
  }));
  return { version: JSON_VERSION, runbooks };
}

function listText(): string {
  const { dim } = painterFor(process.stdout);
  const all = allRunbooks();
  const width = Math.max(...all.map(({ slug }) => slug.length));
  const linesOf = (tag: Runbook['tag']): readonly string[] =>
    all
      .filter((one) => one.tag === tag)
      .map(
        ({ slug, title, drill }) =>
          `  ${slug.padEnd(width)}  ${title}${drill === undefined ? '' : dim(', can be drilled')}`,
      );
  return [
    'something is wrong',
    ...linesOf('incident'),
    'something is to be done',
    ...linesOf('procedure'),
    dim('next: npx polystore runbook failover --stage prod'),
    '',
  ].join('\n');
}
