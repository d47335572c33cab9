import { countChanges, countOf, describeDefinition, effectGroups, firstOf } from './effect-groups';
import { dollars, protectionLines, unchangedText } from './render-terminal';
import type { PartDiff, StageDiff } from './stage-diff';

/** By this the one comment of a pull request is found again. */
export const COMMENT_MARKER = '<!-- polystore-diff -->';

/** What a page lists of anything at most: GitHub refuses a comment of more than 65,536 characters. */
const LISTED_MAX = 100;

/** Every stage as a page for a reviewer, in GitHub's Markdown. */
export function renderDiffPage(tier: string, base: string, stages: readonly StageDiff[]): string {
  return [
    COMMENT_MARKER,
    `## ${tier} against ${code(base)}`,
    '',
    ...stages.flatMap((diff) => stagePage(diff)),
    '',
  ].join('\n');
}

const VERDICTS: Readonly<Record<StageDiff['verdict'], string>> = {
  nothing: 'nothing changes',
  safe: '✅ safe',
  downtime: '⚠️ downtime',
  'less protected': '⚠️ less protected',
  'data loss': '🛑 data loss',
};

function stagePage(diff: StageDiff): readonly string[] {
  if (diff.verdict === 'nothing') return [`### ${diff.stage}: ${VERDICTS.nothing}`, ''];
  return [
    `### ${diff.stage}: ${VERDICTS[diff.verdict]}`,
    '',
    ...lossSection(diff),
    ...section('Change', partLines(diff)),
    ...section('Reach', [
      ...diff.reach.gained.map((way) => `gained: ${code(way)}`),
      ...diff.reach.lost.map((way) => `lost: ${code(way)}`),
    ]),
    ...section('Protection', [
      ...protectionLines(diff.losses.filter(({ kind }) => kind === 'lostProtection')).map(
        (text) => `removed: ${escape(text)}`,
      ),
      ...diff.alarmsRemoved.map((alarm) => `alarm removed: ${code(alarm)}`),
    ]),
    ...section('Findings', [
      ...diff.acknowledged.added.map((text) => `accepted anew: ${escape(text)}`),
      ...diff.acknowledged.removed.map((text) => `no longer needed: ${escape(text)}`),
    ]),
    ...costSection(diff),
    ...section('Rollout', [
      ...diff.rollout.steps.map((step, position) => `${position + 1}. step: ${step.map(code).join(', ')}`),
      ...diff.rollout.leftOver.map(
        (stack) =>
          `left over, delete it when its data is elsewhere: ${code(`aws cloudformation delete-stack --stack-name ${stack}`)}`,
      ),
    ]),
    ...resourceSection(diff),
    `_${escape(unchangedText(diff))}_`,
    '',
  ];
}

/** What a deployment would lose; protections have a section of their own. */
function lossSection({ losses }: StageDiff): readonly string[] {
  const groups = new Map<string, { readonly cells: readonly string[]; readonly resources: string[] }>();
  for (const { kind, resource, change, property = '', through, lost, fate = '' } of losses) {
    if (kind === 'lostProtection') continue;
    const cause = through === undefined ? change : `${property} names what would be replaced`;
    const cells = [kind, cause, lost, fate];
    const group = groups.get(JSON.stringify(cells)) ?? { cells, resources: [] };
    group.resources.push(resource);
    groups.set(JSON.stringify(cells), group);
  }
  const rows = [...groups.values()].map(({ cells, resources }) => [firstOf(resources.map(code)), ...cells]);
  return table('Would be lost', ['resource', '', 'cause', 'lost', 'then'], rows);
}

function partLines({ parts }: StageDiff): readonly string[] {
  return parts.flatMap((part): readonly string[] => {
    const { kind, changes, definition, stacks, resources } = part;
    if (kind === 'unchanged') return [];
    const size = `${countOf(stacks, 'stack')}, ${countOf(resources, 'resource')}`;
    const what = kind === 'changed' ? countChanges(changes) : size;
    return [
      `**${escape(part.part)}** ${kind}${what === '' ? '' : `: ${what}`}`,
      ...definition.map((change) => `  - ${code(describeDefinition(change))}`),
      ...effectLines(part).map((line) => `  - ${line}`),
    ];
  });
}

const effectLines = (part: PartDiff): readonly string[] =>
  effectGroups(part).map(
    ({ effect, cause, resources }) => `**${effect}**: ${firstOf(resources.map(code))} by ${code(cause)}`,
  );

function costSection({ parts, cost }: StageDiff): readonly string[] {
  if (cost === undefined) return [];
  const rows = [
    ...parts.flatMap((part) => (part.cost === undefined ? [] : [[part.part, part.cost] as const])),
    ['together', cost] as const,
  ].map(([name, { beforeUsd, afterUsd, atLeast }]) => [
    escape(name),
    dollars(beforeUsd),
    `${dollars(afterUsd)}${atLeast ? ' at least' : ''}`,
  ]);
  return table('Cost a month', ['', 'before', 'after'], rows);
}

function resourceSection({ parts }: StageDiff): readonly string[] {
  const changes = parts.flatMap((part) => part.changes);
  if (changes.length === 0) return [];
  const lines = changes.slice(0, LISTED_MAX).map(({ resource, type, effect, properties }) => {
    const named = properties.map(({ property }) => property).join(', ');
    return `- ${effect} ${code(resource)} ${type}${named === '' ? '' : `: ${named}`}`;
  });
  const rest = changes.length - lines.length;
  return [
    `<details><summary>${countOf(changes.length, 'resource')} in all</summary>`,
    '',
    ...lines,
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    '',
    '</details>',
    '',
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - LISTED_MAX;
  return [
    `**${title}**`,
    '',
    ...lines.slice(0, LISTED_MAX).map((line) => (line.startsWith('  ') ? line : `- ${line}`)),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    '',
  ];
}

function table(title: string, header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rest = rows.length - LISTED_MAX;
  const more = rest > 0 ? [row([`and ${rest} more`, ...header.slice(1).map(() => '')])] : [];
  return [
    `**${title}**`,
    '',
    row(header),
    row(header.map(() => '---')),
    ...rows.slice(0, LISTED_MAX).map(row),
    ...more,
    '',
  ];
}

/** Text of a template that must not become markup. */
const escape = (text: string): string => text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&');
const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
