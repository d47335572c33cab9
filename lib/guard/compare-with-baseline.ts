import { baselineOfIndex, type StageBaseline } from './baseline';
import { findGone } from './gone';
import { keptResources, nameOfKept, type KeptResource, type Sides } from './kept-resource';
import { findReplacements } from './replacements';
import { indexStacks } from './stack-index';
import type { SynthesizedStack } from './synthesized-stack';
import type { Verdict } from './verdict';
import { findWeaker } from './weaker';

/** What became of one stage since its baseline. */
export interface StageComparison {
  readonly stage: string;
  /** What would be lost; empty where a deployment may go on. */
  readonly verdicts: readonly Verdict[];
  /** Stateful resources that are new: the next accepted baseline has them. */
  readonly added: readonly string[];
  /** Stateful resources that changed and lose nothing. */
  readonly changed: readonly string[];
  /** The stage as it is now: what is recorded when somebody accepts. */
  readonly now: StageBaseline;
}

export interface CompareOptions {
  /** Name of the stage. */
  readonly stage: string;
  /**
   * Whether the baseline was made with these resource schemas. With others, a property that the baseline lacks can't be told from one that the
   * schemas have learned to be create-only, and is not judged.
   * @default true
   */
  readonly hasSameSchemas?: boolean;
}

/** Compares the synthesized stacks of one stage with its baseline. Pure. */
export function compareWithBaseline(
  before: StageBaseline,
  stacks: readonly SynthesizedStack[],
  { stage, hasSameSchemas = true }: CompareOptions,
): StageComparison {
  const index = indexStacks(stacks);
  const now = baselineOfIndex(index);
  const sides: Sides = { stage, before, now };
  const replacements = findReplacements(sides, index, { hasSameSchemas });
  const causes = new Set(replacements.map(causeOf));
  // A property may be both a protection and create-only: its replacement says more.
  const weaker = findWeaker(sides).filter((verdict) => !causes.has(causeOf(verdict)));
  const verdicts = [...findGone(sides, index), ...replacements, ...weaker];
  const judged = new Set(verdicts.map(({ stack, logicalId }) => `${stack}/${logicalId}`));
  const old = keptResources(before);
  const kept = [...keptResources(now).values()];
  return {
    stage,
    verdicts,
    added: kept.filter(({ key }) => !old.has(key)).map(nameOfKept),
    changed: kept
      .filter((resource) => !judged.has(resource.key) && differs(old.get(resource.key), resource))
      .map(nameOfKept),
    now,
  };
}

const causeOf = ({ stack, logicalId, property }: Verdict): string => `${stack}/${logicalId} ${property}`;

const differs = (before: KeptResource | undefined, now: KeptResource): boolean =>
  before !== undefined && JSON.stringify(before) !== JSON.stringify(now);
