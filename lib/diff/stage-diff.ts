import type { CostEstimate } from '../cost';
import type { TierDefinition } from '../definition';
import {
  baselineOf,
  compareWithBaseline,
  indexStacks,
  type StackIndex,
  type SynthesizedStack,
  type Verdict,
} from '../guard';
import { costOf, type CostChange } from './cost-change';
import { definitionChanges, type DefinitionChange } from './definition-changes';
import { partsOf, type PartOf } from './part-of';
import { reachOf, type Reach } from './reach';
import { resourceChanges, type ResourceChange } from './resource-changes';
import { rolloutOf, type Rollout } from './rollout';

/** One side of a comparison: a stage as it was, or as it would be. */
export interface StageSide {
  readonly stacks: readonly SynthesizedStack[];
  /** @default - the side was synthesized elsewhere: changes are told from its templates alone */
  readonly definition?: TierDefinition;
  /** @default - no cost is told */
  readonly cost?: CostEstimate;
}

/** What a change of the definition, or of the kit, does to one stage. */
export interface StageDiff {
  readonly stage: string;
  /** The worst of it; `nothing` where both sides are the same. */
  readonly verdict: 'nothing' | 'safe' | 'downtime' | 'less protected' | 'data loss';
  /** Stores first, as they are written, then network and access. */
  readonly parts: readonly PartDiff[];
  readonly reach: { readonly gained: readonly Reach[]; readonly lost: readonly Reach[] };
  /** What would be lost, as the guard judges it. */
  readonly losses: readonly Verdict[];
  /** Alarms that nobody would hear any more. */
  readonly alarmsRemoved: readonly string[];
  /** Policies that are accepted on purpose, as `rule: reason`. */
  readonly acknowledged: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly rollout: Rollout;
  /** Resources of every type that CloudFormation replaces. */
  readonly replacements: number;
  readonly cost?: CostChange;
}

/** A store, the network or the access of services. */
export interface PartDiff {
  readonly part: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'unchanged';
  readonly isStore: boolean;
  /** Of the side that has more to say: as it would be, or as it was where it is removed. */
  readonly stacks: number;
  readonly resources: number;
  /** What the definition says otherwise. */
  readonly definition: readonly DefinitionChange[];
  readonly changes: readonly ResourceChange[];
  readonly cost?: CostChange;
}

/** Compares one stage as it was with how it would be. Pure. */
export function diffStage(stage: string, before: StageSide, after: StageSide): StageDiff {
  const [old, now] = [indexStacks(before.stacks), indexStacks(after.stacks)];
  const partOf = partsOf(old, now);
  const changes = resourceChanges(old, now, partOf);
  const losses = compareWithBaseline(baselineOf(before.stacks), after.stacks, { stage }).verdicts;
  const parts = partDiffs({ before, after, old, now, partOf, changes });
  const reach = sides(reachOf(old, partOf), reachOf(now, partOf));
  const cost = costOf(before.cost, after.cost);
  const said = [before, after].map(({ stacks }) => stacks.flatMap(({ acknowledged }) => acknowledged));
  return {
    stage,
    verdict: verdictOf(parts, changes, losses),
    parts,
    reach: { gained: reach.added, lost: reach.removed },
    losses,
    alarmsRemoved: changes
      .filter(({ type, effect }) => ALARMS.includes(type) && effect === 'removed')
      .map(({ resource }) => resource),
    acknowledged: sides(said[0] ?? [], said[1] ?? []),
    rollout: rolloutOf(before.stacks, after.stacks, changes),
    replacements: changes.filter(({ effect }) => effect === 'replaced').length,
    ...(cost !== undefined && { cost }),
  };
}

const ALARMS: readonly string[] = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];

function verdictOf(
  parts: readonly PartDiff[],
  changes: readonly ResourceChange[],
  losses: readonly Verdict[],
): StageDiff['verdict'] {
  if (losses.some(({ atStake }) => atStake === 'data')) return 'data loss';
  if (losses.some(({ atStake }) => atStake === 'protection')) return 'less protected';
  const interrupts = (effect: ResourceChange['effect']): boolean => effect === 'interrupted' || effect === 'replaced';
  if (losses.length > 0 || changes.some(({ effect }) => interrupts(effect))) return 'downtime';
  return parts.every(({ kind }) => kind === 'unchanged') ? 'nothing' : 'safe';
}

interface Comparison {
  readonly before: StageSide;
  readonly after: StageSide;
  readonly old: StackIndex;
  readonly now: StackIndex;
  readonly partOf: PartOf;
  readonly changes: readonly ResourceChange[];
}

function partDiffs(comparison: Comparison): readonly PartDiff[] {
  const { before, after, partOf, changes } = comparison;
  const definition = definitionChangesOf(before, after);
  const known = [after, before].flatMap(({ stacks }) => stacks.map(({ name }) => partOf(name)));
  const stores = new Set([
    ...Object.keys(after.definition?.stores ?? {}),
    ...Object.keys(before.definition?.stores ?? {}),
  ]);
  const isDefined = before.definition !== undefined && after.definition !== undefined;
  const names = [...new Set([...stores, ...known])];
  return names.map((part): PartDiff => {
    const inside = (side: StageSide): readonly SynthesizedStack[] =>
      side.stacks.filter(({ name }) => partOf(name) === part);
    const [was, is] = [inside(before), inside(after)];
    const own = changes.filter((change) => change.part === part);
    const said = definition.filter(({ subject, path }) => subject === part && path !== '');
    const shown = is.length > 0 ? is : was;
    const cost = costOf(before.cost, after.cost, part);
    return {
      part,
      kind:
        was.length === 0
          ? 'added'
          : is.length === 0
            ? 'removed'
            : own.length + said.length > 0
              ? 'changed'
              : 'unchanged',
      isStore: stores.has(part) || (!isDefined && !SHARED_PARTS.includes(part)),
      stacks: shown.length,
      resources: shown.reduce((sum, { resources }) => sum + Object.keys(resources).length, 0),
      definition: said,
      changes: own,
      ...(cost !== undefined && { cost }),
    };
  });
}

/** What stands beside the stores, where no definition names these. */
const SHARED_PARTS: readonly string[] = ['network', 'access', 'operations'];

/** What the services may do is the access' business, and zones and profile are the network's and everybody's. */
function definitionChangesOf(before: StageSide, after: StageSide): readonly DefinitionChange[] {
  if (before.definition === undefined || after.definition === undefined) return [];
  return definitionChanges(before.definition, after.definition).map((change) => ({
    ...change,
    subject: change.subject === 'services' ? 'access' : change.subject === 'stage' ? 'network' : change.subject,
  }));
}

function sides(
  before: readonly string[],
  after: readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const [old, now] = [new Set(before), new Set(after)];
  return { added: [...now].filter((item) => !old.has(item)), removed: [...old].filter((item) => !now.has(item)) };
}
