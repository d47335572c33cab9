import { relative } from 'node:path';
import { loadStages, type TierDefinition } from '../../lib/definition';
import {
  acceptStages,
  baselineFileOf,
  countVerdicts,
  guardStages,
  readBaseline,
  renderLeftOver,
  renderVerdicts,
  writeBaseline,
  type Baseline,
  type GuardedStage,
} from '../../lib/guard';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { openGuardedTier } from '../guarded-tier';
import { printJson } from '../json-output';
import { synthesizeStages } from '../synthesized-stages';
import { painterFor, Steps } from '../terminal';
import { openTier, type TierOptions } from '../tier-context';

export interface GuardOptions extends TierOptions {
  readonly accept?: true;
  /** Given with `accept`, and only then. */
  readonly reason?: string;
  readonly json?: true;
}

/** What the guard found, stage by stage. */
export interface GuardOutcome {
  /** The baseline's file, and what stands in it; `undefined` where none is committed yet. */
  readonly file: string;
  readonly baseline: Baseline | undefined;
  readonly tier: string;
  readonly comparisons: readonly GuardedStage[];
  /** Whether nothing would be lost. */
  readonly isSafe: boolean;
}

/** Synthesizes a tier file's stages (or the one that is named) and compares them with the baseline beside it. Offline; writes nothing. */
export async function guardTier({ tier, stage }: TierOptions): Promise<GuardOutcome> {
  const definitions = await definitionsOf({ tier, ...(stage !== undefined && { stage }) });
  const file = baselineFileOf(tier);
  const baseline = await readBaseline(file);
  const comparisons = guardStages(
    baseline,
    await synthesizeStages(definitions),
    stage === undefined ? 'every stage' : 'these stages',
  );
  const isSafe = comparisons.every(({ verdicts }) => verdicts.length === 0);
  return { file, baseline, tier: definitions[0].name, comparisons, isSafe };
}

/** Exit 1 where something with data would be replaced, deleted, shrunk or less protected, and where nothing is committed to compare with. */
export async function guard(options: GuardOptions): Promise<ExitCode> {
  if (!options.accept) await openGuardedTier(options);
  const outcome = await new Steps(process.stderr).during((now) => {
    now(`${options.stage ?? 'every stage'} is synthesized`);
    return guardTier(options);
  });
  const { baseline, comparisons, tier } = outcome;
  const accepted =
    options.accept && options.reason !== undefined
      ? acceptStages(baseline, comparisons, { tier, reason: options.reason, at: new Date().toISOString() })
      : undefined;
  if (accepted !== undefined) await writeBaseline(outcome.file, accepted);
  if (options.json) printJson(documentOf(outcome, accepted));
  else process.stdout.write(renderText(outcome, accepted));
  return accepted !== undefined || (baseline !== undefined && outcome.isSafe) ? EXIT_CODES.ok : EXIT_CODES.failed;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

function documentOf({ file, baseline, tier, comparisons, isSafe }: GuardOutcome, accepted: Baseline | undefined) {
  const stages = comparisons.map(({ stage, verdicts, added, changed, leftOver }) => ({
    stage,
    verdicts,
    added,
    changed,
    leftOver,
  }));
  return {
    version: JSON_VERSION,
    tier,
    baseline: baseline === undefined && accepted === undefined ? null : relative('.', file),
    safe: isSafe,
    accepted: accepted !== undefined,
    stages,
  };
}

function renderText(outcome: GuardOutcome, accepted: Baseline | undefined): string {
  const { baseline, comparisons } = outcome;
  const painter = painterFor(process.stdout);
  const file = relative('.', outcome.file);
  const verdicts = comparisons.flatMap((comparison) => comparison.verdicts);
  const stateful = count(comparisons.flatMap(({ now }) => Object.values(now).flatMap((s) => Object.keys(s.resources))));
  const stages = comparisons.map(({ stage }) => stage).join(', ');
  const leftOver = renderLeftOver(comparisons, painter);
  const found = renderVerdicts(comparisons, painter);
  if (accepted !== undefined) {
    const what = verdicts.length > 0 ? `, accepted: ${countVerdicts(verdicts)}` : '';
    return `${found}${painter.green('✓')} ${file} written: ${stages}, ${stateful} stateful resources${what}\n  next: commit it with the tier file\n${leftOver}`;
  }
  if (baseline === undefined) {
    return `${painter.red('✗')} no ${file} to compare with: ${stateful} stateful resources of ${stages} are guarded by nothing\n  next: npx polystore guard --accept --reason "first baseline", and commit the file\n`;
  }
  const behind = [
    countOf(
      comparisons.flatMap(({ added }) => added),
      'new',
    ),
    countOf(
      comparisons.flatMap(({ changed }) => changed),
      'changed without loss',
    ),
  ].filter((text) => text !== '');
  const note =
    behind.length > 0 ? `  ${behind.join(', ')} since the baseline; \`--accept --reason "…"\` takes them in\n` : '';
  if (outcome.isSafe) {
    return `${painter.green('✓')} ${stages}: ${stateful} stateful resources, none would be lost\n${note}${leftOver}`;
  }
  return `${found}${note}${countVerdicts(verdicts)}. Nothing was deployed and nothing accepted.\n  next: take the change back, or npx polystore guard --accept --reason "…" and commit ${file}\n`;
}

const count = (things: readonly unknown[]): number => things.length;
const countOf = (things: readonly unknown[], what: string): string =>
  things.length === 0 ? '' : `${things.length} ${what}`;

async function definitionsOf({ tier, stage }: TierOptions): Promise<readonly [TierDefinition, ...TierDefinition[]]> {
  return stage === undefined ? loadStages(tier) : [await openTier({ tier, stage })];
}
