import { renderCostChange } from './cost-change';
import { countChanges, countOf, describeDefinition, effectGroups, firstOf } from './effect-groups';
import type { PartDiff, StageDiff } from './stage-diff';

/** Colours, or nothing where there is no terminal. */
export interface DiffPainter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const SUBJECT_WIDTH = 10;

/** One stage for a terminal. Ends with a newline. */
export function renderStageDiff(diff: StageDiff, title: string, painter: DiffPainter): string {
  const { bold, green, red, yellow } = painter;
  const say = (symbol: string, subject: string, text: string): string =>
    `${symbol} ${subject.padEnd(SUBJECT_WIDTH - 1)} ${text}`.trimEnd();
  const { reach, losses, alarmsRemoved, acknowledged, rollout, cost } = diff;
  const protections = losses.filter(({ kind }) => kind === 'lostProtection');
  return [
    `${bold(title)}: ${verdictText(diff, painter)}`,
    ...diff.parts.flatMap((part) => partLines(part, painter)),
    ...(reach.gained.length > 0 ? [say(green('+'), 'reach', `${reach.gained.join(', ')}; nothing else`)] : []),
    ...(reach.lost.length > 0 ? [say(red('-'), 'reach', reach.lost.join(', '))] : []),
    ...dataLines(losses).map((text) => say(red('-'), 'data', text)),
    ...protectionLines(protections).map((text) => say(red('-'), 'protection', text)),
    ...(alarmsRemoved.length > 0 ? [say(red('-'), 'alarms', firstOf(alarmsRemoved))] : []),
    ...acknowledged.added.map((text) => say(yellow('!'), 'accepted', text)),
    ...acknowledged.removed.map((text) => say(green('+'), 'mended', text)),
    ...(rollout.steps.length > 0
      ? [say('>', 'rollout', rollout.steps.map((step) => firstOf(step)).join(', then '))]
      : []),
    ...rollout.leftOver.map((stack) =>
      say(yellow('!'), 'left over', `${stack}: aws cloudformation delete-stack --stack-name ${stack}`),
    ),
    ...(cost !== undefined && renderCostChange(cost) !== ''
      ? [
          say(
            '$',
            'cost',
            `${dollars(cost.beforeUsd)} → ${dollars(cost.afterUsd)}/month${cost.atLeast ? ' at least' : ''}`,
          ),
        ]
      : []),
    `= ${unchangedText(diff)}`,
    '',
  ].join('\n');
}

/** `main, posts unchanged; 0 replacements`. */
export function unchangedText({ parts, replacements }: StageDiff): string {
  const unchanged = parts.filter(({ isStore, kind }) => isStore && kind === 'unchanged').map(({ part }) => part);
  const stores = unchanged.length > 0 ? `${unchanged.join(', ')} unchanged; ` : '';
  return `${stores}${countOf(replacements, 'replacement')}`;
}

/** Which data goes, and what becomes of it; the resources that share it together. */
function dataLines(losses: StageDiff['losses']): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { resource, atStake, lost, fate = '' } of losses) {
    if (atStake !== 'data') continue;
    const key = `${lost}; ${fate}`;
    groups.set(key, [...(groups.get(key) ?? []), resource]);
  }
  return [...groups].map(([text, resources]) => `${firstOf(resources)}: ${text}`);
}

/** What each protection was and becomes, the resources that share it together. */
export function protectionLines(losses: StageDiff['losses']): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { resource, change, lost } of losses) {
    const key = `${change}: ${lost}`;
    groups.set(key, [...(groups.get(key) ?? []), resource]);
  }
  return [...groups].map(([text, resources]) => `${firstOf(resources)} ${text}`);
}

/** `$2,112`. */
export const dollars = (usd: number): string => `$${Math.round(usd).toLocaleString('en-US')}`;

function verdictText({ verdict }: StageDiff, { green, red, yellow }: DiffPainter): string {
  switch (verdict) {
    case 'nothing':
      return 'nothing changes';
    case 'safe':
      return green('safe');
    case 'downtime':
      return yellow('downtime');
    case 'less protected':
      return yellow('less protected');
    case 'data loss':
      return red('data loss');
  }
}

function partLines(part: PartDiff, { dim, green, red, yellow }: DiffPainter): readonly string[] {
  const head = (symbol: string, text: string): string =>
    `${symbol} ${subjectOf(part).padEnd(SUBJECT_WIDTH - 1)} ${text}`.trimEnd();
  const size = `${countOf(part.stacks, 'stack')}, ${countOf(part.resources, 'resource')}`;
  const cost = renderCostChange(part.cost);
  switch (part.kind) {
    case 'unchanged':
      return [];
    case 'added':
      return [head(green('+'), [size, cost].filter(Boolean).join(', '))];
    case 'removed':
      return [head(red('-'), [size, cost].filter(Boolean).join(', '))];
    case 'changed': {
      const definition = part.definition.map(describeDefinition);
      const effects = effectGroups(part).map(
        ({ effect, cause, resources }) =>
          `${(effect === 'replaced' ? red : yellow)(effect)}: ${firstOf(resources)} by ${cause}`,
      );
      // What access gains and loses is said as reach; operations follow the stores.
      if (!part.isStore && part.part !== 'network' && definition.length + effects.length === 0) return [];
      const said = definition.length > 0 ? firstOf(definition, 6) : countChanges(part.changes);
      const counts = definition.length > 0 ? countChanges(part.changes) : '';
      return [
        head(yellow('~'), [said, cost].filter(Boolean).join(', ')),
        ...[...effects, ...(counts === '' ? [] : [dim(counts)])].map(
          (line) => `${' '.repeat(SUBJECT_WIDTH + 2)}${line}`,
        ),
      ];
    }
  }
}

/** The access of services is what the tier file calls services. */
const subjectOf = ({ part }: PartDiff): string => (part === 'access' ? 'services' : part);
