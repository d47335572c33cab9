import { DRILLS, readLastDrill, renderTimes, type DrillName } from '../../lib/drills';
import { allRunbooks, leadingAlarms, readRunbook, renderRunbook, type Runbook } from '../../lib/runbooks';
import type { TierDefinition } from '../../lib/definition';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { painterFor } from '../terminal';
import { drillReportsDirectory, openTier, type TierOptions } from '../tier-context';

export interface RunbookOptions extends TierOptions {
  /** @default - lists all */
  readonly situation?: string;
  readonly store?: string;
  readonly json?: true;
}

/** Lists the runbooks, or prints one with the tier's own names. */
export async function runbook(options: RunbookOptions): Promise<ExitCode> {
  if (options.situation === undefined) {
    process.stdout.write(options.json ? listJson() : listText());
    return EXIT_CODES.ok;
  }
  const found = readRunbook(options.situation);
  const definition = await openTier(options);
  const lastDrill = await lastDrillOf(found, definition);
  const text = renderRunbook(found, definition, {
    now: new Date(),
    ...(options.store !== undefined && { store: options.store }),
    ...(lastDrill !== undefined && { lastDrill }),
  });
  const { slug, title, tag, safety, minutes, kinds } = found;
  const alarms = leadingAlarms(slug);
  const document = { runbook: slug, title, tag, safety, minutes, kinds, alarms, lastDrill: lastDrill ?? null, text };
  process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : text);
  return EXIT_CODES.ok;
}

async function lastDrillOf({ drill }: Runbook, definition: TierDefinition): Promise<string | undefined> {
  if (drill === undefined || !(drill.situation in DRILLS)) return undefined;
  const report = await readLastDrill(drillReportsDirectory(definition), drill.situation as DrillName);
  if (report === undefined) return undefined;
  return `${report.passed ? 'passed' : 'failed'} here on stage ${report.stage} at ${report.startedAt.slice(0, 16).replace('T', ' ')} UTC, ${renderTimes(report.times)}`;
}

const listJson = (): string => {
  const runbooks = allRunbooks().map(({ slug, title, tag, safety, minutes, kinds, drill }) => ({
    runbook: slug,
    title,
    tag,
    safety,
    minutes,
    kinds,
    drill: drill?.situation ?? null,
  }));
  return `${JSON.stringify({ version: 1, runbooks }, null, 2)}\n`;
};

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
