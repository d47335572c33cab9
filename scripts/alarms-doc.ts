import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { RECOMMENDED_ALARMS, type RecommendedAlarm } from '../lib/catalog';
import {
  ALARMS,
  CACHE_EVENTS,
  CACHE_EVENTS_SOURCE,
  SERVER_EVENTS,
  SERVER_EVENT_SOURCES,
  type AlarmGroup,
  type AlarmRow,
  type Comparison,
  type EventRow,
  type EventService,
  type EventSource,
  type MissingData,
  type WatchedSort,
} from '../lib/watch';
import { CLOUDNATIVE_PG, NOT_MADE, QONTO, type Compared } from './alarm-comparisons';

// `node --import tsx scripts/alarms-doc.ts`: writes docs/alarms.md from the table of alarms; with --check it says whether the file is that.

/** Where the document is kept, from the project's root. */
export const ALARMS_DOC_FILE = 'docs/alarms.md';

type Row = AlarmRow<never>;

const SORTS = Object.keys(ALARMS) as readonly WatchedSort[];
const groupOf = (sort: WatchedSort): AlarmGroup<never> => ALARMS[sort] as AlarmGroup<never>;

const SIGNS: Readonly<Record<Comparison, string>> = { above: '>', atLeast: '≥', below: '<' };
const SILENCE: Readonly<Record<MissingData, string>> = {
  breaching: 'trouble',
  notBreaching: 'health',
  missing: 'unknown',
};

const INTRO = `# Alarms

<!-- Written by scripts/alarms-doc.ts from lib/watch: change the table there. -->

What a tier is watched for in a protected stage. Disposable stages wake nobody.

- **Who is told.** Alarms of metrics tell nobody by themselves. One alarm for each urgency gathers those of what fails as a whole: a store with one
  primary, a cache, a table with its indexes and copies, a shard, the tables of a sharded store, the kit's own functions. \`page\`: something is
  broken or about to be. \`ticket\`: somebody looks at it in working hours. They tell the topic \`<tier>-<stage>-alarms\`, to which you subscribe what you like, and the topics that
  \`stages.<stage>.alarms.topics\` names.
- **Shards.** What the servers of a shard have in common, or only one of them does, is watched of their cluster, by the worst of them: memory, connections,
  transaction ids, lag. It holds for readers too that come and go with the load. A server's own are its processors and its silence. Alarms of shards stand in the templates
  once and are repeated for each by CloudFormation (\`Fn::ForEach\`); each has its shard's name. 300 shards of two servers have 4,243 alarms, below the 5,000 that an account has by default.
- **Silence.** What stands for a period without data: \`trouble\` (missing data breaches), \`health\` (it does not, so that a metric that vanishes while
  idle leaves no alarm behind) or \`unknown\` (the alarm says so and tells nobody).
- **Backups that are absent.** No metric tells of them. The smoke test asks by the hour until when each primary, shard, table and cluster of documents or of a graph can be restored, and
  fails where that is more than an hour ago, whether backups failed, were turned off or did not run; of a cache, where its last daily snapshot is a day, its window and six hours old. Whether it runs
  itself is watched by \`not-run\`. Snapshots of elastic clusters are not among them: AWS has no way to their API from a network without a way out.
- **Announced work.** A data point of the kit's own metric keeps a store's alarms from telling for an hour:
  \`aws cloudwatch put-metric-data --namespace Polystore --metric-name Maintenance --value 1 --dimensions Tier=<tier>,Stage=<stage>,Store=<store>\`.
- **Events.** [What AWS tells by itself](#what-aws-tells-by-itself), such as failovers, failures and deletions, comes to the kit's topic as it happens.
- **What to do.** \`npx polystore runbook <name>\` prints the runbook with the names of your tier.
- **Thresholds** follow from class, storage and \`max_connections\` as below; \`stages.<stage>.alarms.thresholds.<store>\` changes them, in the
  alarm's own unit.
- **Proof.** Each alarm of each template is judged by CloudWatch's documented rules in \`test/watch\`: it must fire, must not, with gaps, and while
  nothing comes.
`;

/** The document, as prettier writes it. */
export async function alarmsDocText(): Promise<string> {
  const text = [
    INTRO,
    ...SORTS.map(groupSection),
    eventsSection(),
    recommendedSection(),
    ...OTHERS.map(otherSection),
  ].join('\n');
  const file = join(__dirname, '..', ALARMS_DOC_FILE);
  return format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}

function groupSection(sort: WatchedSort): string {
  const { watches, namespace, rows } = groupOf(sort);
  const cells = rows.map((row: Row) => [
    code(row.name),
    reads(row),
    `${SIGNS[row.comparison]} ${row.rule}`,
    `${row.datapoints.join(' of ')} × ${minutes(row.periodSeconds)}`,
    SILENCE[row.missing],
    row.severity,
    row.runbook,
    row.meaning,
    row.source,
  ]);
  const head = ['alarm', 'reads', 'fires', 'for', 'silence', 'who', 'runbook', 'means', 'figures from'];
  return `\n## ${capital(watches)}\n\nNamespace \`${namespace}\`.\n\n${table(head, cells)}\n`;
}

function reads({ reads: what, unit }: Row): string {
  if (!('expression' in what)) {
    const more = Object.entries(what.dimensions ?? {}).map(([name, value]) => ` of ${name} ${value}`);
    return `${code(what.metric)}${more.join('')}, ${what.statistic}, ${unit}`;
  }
  const names = Object.entries(what.metrics).map(
    ([name, { metric, statistic }]) => `${name}: ${code(metric)}, ${statistic}`,
  );
  return `${code(what.expression)}, ${unit}; ${names.join('; ')}`;
}

const TOLD_OF: Readonly<Record<EventService, Readonly<Record<EventSource, string>>>> = {
  RDS: { 'db-instance': 'a database server', 'db-cluster': 'an Aurora cluster' },
  DocDB: { 'db-instance': 'a server of documents', 'db-cluster': 'a cluster of documents' },
  Neptune: { 'db-instance': 'a server of a graph', 'db-cluster': 'a cluster of a graph' },
};

function eventsSection(): string {
  const cellsOf = (of: string, rows: readonly EventRow[], source: string) =>
    rows.map(({ name, urgency, runbook, meaning }) => [of, code(name), urgency, runbook, meaning, source]);
  const cells = [
    ...(Object.keys(SERVER_EVENTS) as EventService[]).flatMap((service) =>
      (Object.keys(TOLD_OF[service]) as EventSource[]).flatMap((from) =>
        cellsOf(TOLD_OF[service][from], SERVER_EVENTS[service][from], SERVER_EVENT_SOURCES[service]),
      ),
    ),
    ...cellsOf('a serverless cache', CACHE_EVENTS, CACHE_EVENTS_SOURCE),
  ];
  return `\n## What AWS tells by itself\n\n${EVENTS_INTRO}\n\n${table(['of', 'event', 'who', 'runbook', 'means', 'listed at'], cells)}\n`;
}

const EVENTS_INTRO = `Events come to the topic \`<tier>-<stage>-alarms\` in the words of their service, whatever their urgency and whether work is announced: no alarm is between. Servers of Aurora
shards are told of by their cluster. Caches of nodes tell ElastiCache's events to a topic without encryption only, which the kit has none of; their alarms and the smoke test
tell of them. Tables, and elastic clusters of documents, have no such events.`;

const SERVICES = ['AWS/RDS', 'AWS/DynamoDB', 'AWS/ElastiCache', 'AWS/Lambda', 'AWS/SNS'];

function recommendedSection(): string {
  const cells = RECOMMENDED_ALARMS.filter(({ namespace }) => SERVICES.includes(namespace)).map((theirs) => {
    const ours = oursFor(theirs);
    const reason =
      NOT_MADE[`${theirs.namespace}/${theirs.metric}/${theirs.dimensions.join()}`] ??
      NOT_MADE[`${theirs.namespace}/${theirs.metric}`];
    if ((ours === undefined) === (reason === undefined))
      throw new TypeError(`${theirs.metric}: the kit has it and says why not, or has it not and says nothing`);
    return [
      `${theirs.namespace} ${code(theirs.metric)}`,
      theirs.dimensions.join(', ') || 'account',
      `${theirs.statistic} ${theirs.comparison} ${theirs.threshold === 'derive' ? 'as it fits' : theirs.threshold.toLocaleString('en-US')}`,
      `${theirs.datapoints.join(' of ')} × ${minutes(theirs.periodSeconds)}, ${SILENCE[theirs.missing]}`,
      ours === undefined
        ? '—'
        : `${code(ours.name)}: ${SIGNS[ours.comparison]} ${ours.rule}, ${ours.datapoints.join(' of ')} × ${minutes(ours.periodSeconds)}, ${SILENCE[ours.missing]}`,
      reason ?? '',
    ];
  });
  return `\n## Against AWS's list\n\nEvery alarm that AWS recommends for these services, as read in 2026-08.\n\n${table(['AWS watches', 'by', 'when', 'for, silence', 'the kit', 'why not'], cells)}\n`;
}

/** The kit's row that reads the same metric of the same things. */
function oursFor({ namespace, metric, dimensions }: RecommendedAlarm): Row | undefined {
  return SORTS.flatMap((sort) => {
    const group = groupOf(sort);
    const names = Object.keys(group.dimensions({ identifier: '' } as never));
    return group.rows.filter(({ reads: what }) => {
      if ('expression' in what || group.namespace !== namespace || what.metric !== metric) return false;
      return [...names, ...Object.keys(what.dimensions ?? {})].sort().join() === [...dimensions].sort().join();
    });
  })[0] as Row | undefined;
}

const OTHERS = [
  {
    title: "Against qonto's set",
    intro:
      'qonto/database-monitoring-framework, 2025-04: for Prometheus, and the only other set whose alerts are tested.',
    rows: QONTO,
  },
  {
    title: "Against CloudNativePG's set",
    intro: 'The chart and the samples of CloudNativePG, 2026: for PostgreSQL on Kubernetes.',
    rows: CLOUDNATIVE_PG,
  },
];

function otherSection({
  title,
  intro,
  rows,
}: {
  readonly title: string;
  readonly intro: string;
  readonly rows: readonly Compared[];
}): string {
  const names = new Set(SORTS.flatMap((sort) => groupOf(sort).rows.map(({ name }: Row) => name)));
  const cells = rows.map(({ theirs, ours, why }) => {
    if (ours !== undefined && !names.has(ours)) throw new TypeError(`${ours} is no alarm of the kit`);
    return [theirs, ours === undefined ? '—' : code(ours), why ?? ''];
  });
  return `\n## ${title}\n\n${intro}\n\n${table(['they watch', 'the kit', ''], cells)}\n`;
}

const code = (text: string): string => `\`${text}\``;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const minutes = (seconds: number): string => (seconds === 3600 ? '1 h' : `${seconds / 60} min`);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

if (require.main === module) {
  void alarmsDocText().then((text) => {
    const file = join(__dirname, '..', ALARMS_DOC_FILE);
    if (!process.argv.includes('--check')) return writeFileSync(file, text);
    if (readFileSync(file, 'utf8') === text) return;
    process.stderr.write(
      `${ALARMS_DOC_FILE} is not what lib/watch says: run node --import tsx scripts/alarms-doc.ts\n`,
    );
    process.exitCode = 1;
  });
}
