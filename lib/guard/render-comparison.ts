import type { StageComparison } from './compare-with-baseline';
import type { GuardedStage } from './guard-tier';
import { wouldBe, type Verdict, type VerdictKind } from './verdict';

/** Colours, or nothing where there is no terminal. */
export interface GuardPainter {
  readonly red: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** Resources that one verdict names before it counts the rest. */
const NAMED_MAX = 3;

/**
 * What would be lost, for a terminal; verdicts that say the same of several resources stand together. Empty where nothing would be lost.
 */
export function renderVerdicts(comparisons: readonly StageComparison[], { red, dim }: GuardPainter): string {
  const lines = grouped(comparisons.flatMap(({ verdicts }) => verdicts)).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { stage, kind } = first;
    return [
      `${red('✗')} ${stage}: ${namesOf(group)} ${wouldBe(kind)}: ${changeOf(group)}`,
      ...distinct(group.map(({ lost }) => lost)).map((lost) => `  ${dim('lost')} ${lost}`),
      ...distinct(group.flatMap(({ fate }) => fate ?? [])).map((fate) => `  ${dim('then')} ${fate}`),
      `  ${dim('next')} ${nextOf(group)}`,
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Stacks that no deployment deletes, a line each with the command that does, in an order in which it works. Empty where there are none. */
export function renderLeftOver(stages: readonly GuardedStage[], { dim }: Pick<GuardPainter, 'dim'>): string {
  return stages
    .flatMap(({ leftOver }) => leftOver)
    .map((stack) => `! ${stack} ${dim('left over:')} aws cloudformation delete-stack --stack-name ${stack}\n`)
    .join('');
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** `2 replacements, 1 deletion`. */
export function countVerdicts(verdicts: readonly Verdict[]): string {
  const counts = new Map<VerdictKind, number>();
  for (const { kind } of verdicts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${count === 1 ? NOUNS[kind][0] : NOUNS[kind][1]}`).join(', ');
}

const NOUNS: Readonly<Record<VerdictKind, readonly [string, string]>> = {
  replacement: ['replacement', 'replacements'],
  deletion: ['deletion', 'deletions'],
  moved: ['move', 'moves'],
  downgrade: ['downgrade', 'downgrades'],
  lostProtection: ['lost protection', 'lost protections'],
};

/** Verdicts with the same cause together; those that are inherited by one property have one cause, whatever it names. */
function grouped(verdicts: readonly Verdict[]): readonly (readonly Verdict[])[] {
  const groups = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const { kind, stage, property, through, change, next } = verdict;
    const key = JSON.stringify(through === undefined ? [kind, stage, change, next] : [kind, stage, property]);
    groups.set(key, [...(groups.get(key) ?? []), verdict]);
  }
  return [...groups.values()];
}

const isOneCause = (group: readonly Verdict[]): boolean => distinct(group.map(({ change }) => change)).length === 1;

const changeOf = (group: readonly Verdict[]): string =>
  isOneCause(group) ? (group[0]?.change ?? '') : `${group[0]?.property} names what would be replaced`;

const nextOf = (group: readonly Verdict[]): string =>
  isOneCause(group) ? (group[0]?.next ?? '') : 'Take back what replaces these.';

function namesOf(group: readonly Verdict[]): string {
  const names = group.slice(0, NAMED_MAX).map(({ resource }) => resource);
  const rest = group.length - names.length;
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
