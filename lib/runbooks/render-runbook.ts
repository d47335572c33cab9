import type { StoreDefinition, TierDefinition } from '../definition';
import { serverName } from '../definition/names/stacks';
import { PolystoreError } from '../errors';
import { alignTables } from './align-tables';
import { renderDuration, renderTimes, type DrillRecord, type RecordedDrill } from './drill-record';
import { leadingAlarms } from './leading-alarms';
import { PROCEED_SECTION, type Runbook, type RunbookKind } from './runbook';
import { kitDrills } from './runbook-files';
import { namesOfStore, namesOfTier, namesOfTimes, serversOfStore, type TierNames } from './tier-names';

export interface RenderOptions {
  /** @default - the first store of a kind that the runbook is for */
  readonly store?: string;
  /** When it is read, for the times in its commands. @default - words stand for them */
  readonly now?: Date;
  /** How its drill went last here, one line. @default - that it was never held here */
  readonly lastDrill?: string;
  /** What whoever reads it here should know first, one line. @default - nothing */
  readonly note?: string;
  /** What is known of drills, by their situations. @default - the kit's own */
  readonly drills?: DrillRecord;
}

/** More names than these say nothing that the first of them don't. */
const NAMES_MOST = 12;
const PLACEHOLDER = /\{\{([a-z-]+)\}\}/g;
const KIND_BLOCK =
  /^ *<!-- (postgres|shardedPostgres|valkey|dynamodb|documentdb|elasticDocumentdb|neptune) -->\n([^]*?)^ *<!-- \/\1 -->\n?/gm;

/**
 * A runbook as text, with the names of one tier and one of its stores.
 * @throws {PolystoreError} UNKNOWN_STORE where the store is not there, or the runbook is not for its kind
 */
export function renderRunbook(runbook: Runbook, tier: TierDefinition, options: RenderOptions = {}): string {
  const store = chooseStore(runbook, tier, options.store);
  const names = {
    ...namesOfTimes(options.now),
    ...(store === undefined ? namesOfTier(tier) : namesOfStore(tier, store)),
  };
  const about = `${tier.name}/${tier.stage.name}`;
  const drilled = runbook.drill === undefined ? undefined : (options.drills ?? kitDrills())[runbook.drill];
  const sections = [...runbook.sections].map(([heading, text]) => {
    const body = tidy(fill(asCommands(ofKind(text, store && blockOf(store))), names));
    const lasted = heading === PROCEED_SECTION && drilled !== undefined ? `${lastedText(drilled)}\n\n` : '';
    return `## ${heading}\n\n${lasted}${body}\n`;
  });
  const text = [
    `# ${runbook.title}: ${store === undefined ? about : `store ${store.name} of ${about}`}\n`,
    headOf(runbook, options, drilled),
    ...(store === undefined ? [] : [namesText(tier, store)]),
    ...sections,
  ].join('\n');
  return alignTables(text);
}

/** Text with each placeholder replaced; one that the tier has nothing for says so. A line with one that stands for several is there for each. */
export const fill = (text: string, names: TierNames): string =>
  text
    .split('\n')
    .flatMap((line) => eachName(line, names).map((each) => fillLine(line, each)))
    .join('\n');

const fillLine = (line: string, names: TierNames): string =>
  line.replace(PLACEHOLDER, (_, name: string) => names[name] ?? `<no ${name.replaceAll('-', ' ')} in this tier>`);

/** The names of a line, once for each that its first placeholder of several stands for. */
function eachName(line: string, names: TierNames): readonly TierNames[] {
  const several = placeholdersOf(line).find((name) => names[name]?.includes('\n'));
  if (several === undefined) return [names];
  return (names[several] ?? '').split('\n').map((one) => ({ ...names, [several]: one }));
}

/** Links to other runbooks as what prints them: a copy stands alone, and a terminal follows no link. */
const asCommands = (text: string): string =>
  text
    .replace(/\[[^\]]+\]\(([a-z-]+)\.md\)/g, '`npx polystore runbook $1`')
    .replace(/\[([^\]]+)\]\(\.\.\/([^)#]+)[^)]*\)/g, '$1 ($2 of cdk-polystore)');

/** Without the gaps that blocks of other kinds leave. */
const tidy = (text: string): string => text.replace(/\n{3,}/g, '\n\n').trim();

/** Placeholders of a text, each once. */
export const placeholdersOf = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map(([, name]) => name as string)),
];

/** Stores that one block of a runbook is for: those of a kind, or the elastic ones of a kind that has others too. */
export type RunbookBlock = RunbookKind | 'elasticDocumentdb';

/** Text with the blocks of some stores; without one, with all of them. */
export const ofKind = (text: string, kind: RunbookBlock | undefined): string =>
  text.replace(KIND_BLOCK, (_, of: RunbookBlock, block: string) => (kind === undefined || of === kind ? block : ''));

const isElastic = (store: StoreDefinition): boolean => store.kind === 'documentdb' && store.servers.kind === 'elastic';

const blockOf = (store: StoreDefinition): RunbookBlock => (isElastic(store) ? 'elasticDocumentdb' : store.kind);

function chooseStore(
  runbook: Runbook,
  { stores }: TierDefinition,
  wanted: string | undefined,
): StoreDefinition | undefined {
  if (runbook.kinds.length === 0) return undefined;
  const fitting = Object.values(stores).filter(({ kind }) => runbook.kinds.includes(kind));
  const chosen = wanted === undefined ? fitting[0] : fitting.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen;
  const known = fitting.map(({ name }) => name);
  const kinds = runbook.kinds.join(' or ');
  throw new PolystoreError(
    'UNKNOWN_STORE',
    wanted === undefined
      ? `runbook ${runbook.slug} is for a store of kind ${kinds}, and this tier has none`
      : `runbook ${runbook.slug} is for a store of kind ${kinds}; got "${wanted}", known are: ${known.join(', ')}`,
    { details: { store: wanted ?? '', known }, next: 'Name a store of that kind, or read another runbook.' },
  );
}

function headOf(
  { slug, safety, minutes, drill }: Runbook,
  { lastDrill = 'never held here', note }: RenderOptions,
  drilled: RecordedDrill | undefined,
): string {
  const alarms = leadingAlarms(slug).map(({ name, severity }) => `${name} (${severity})`);
  const byKit = drilled === undefined ? '' : `; by the kit on ${dayOf(drilled)}, ${renderTimes(drilled.times)}`;
  const lines = [
    ...(note === undefined ? [] : [note]),
    `steps ${safety} · about ${minutes} minutes`,
    ...(alarms.length > 0 ? [`alarms ${alarms.join(', ')}`] : []),
    ...(drill === undefined ? [] : [`drill \`npx polystore drill ${drill}\`: ${lastDrill}${byKit}`]),
  ];
  return `${lines.map((line) => `> ${line}`).join('\n')}\n`;
}

const dayOf = ({ heldAt }: RecordedDrill): string => heldAt.slice(0, 10);

/** How long it takes where nothing is far away: the steps themselves, without alarms, people and the network. */
const lastedText = (drilled: RecordedDrill): string =>
  `_Drilled on ${dayOf(drilled)} by \`${drilled.command}\`: ${renderDuration(drilled.times.mitigateMs - drilled.times.detectMs)} from what was seen to what was done, ${renderDuration(drilled.times.recoverMs)} in all. On AWS an alarm and a person come first, and a step takes as long as it says._`;

function namesText(tier: TierDefinition, store: StoreDefinition): string {
  const servers = serversOfStore(tier, store);
  // Neither tables nor elastic clusters have servers of anybody's.
  if (store.kind === 'dynamodb' || isElastic(store))
    return `| on AWS |\n| --- |\n| ${serverName(tier, store.name)} |\n`;
  if (servers.length === 0)
    return `| server | name | role |\n| - | - | - |\n| imported | its owner's | ask the topology |\n`;
  const rows = servers
    .slice(0, NAMES_MOST)
    .map(({ name, identifier, role }) => `| ${identifier} | ${name} | ${role} |`);
  const more = servers.length - rows.length;
  return [
    '| server on AWS | here | role |',
    '| --- | --- | --- |',
    ...rows,
    ...(more > 0 ? [`| and ${more} more | | |`] : []),
    '',
  ].join('\n');
}
