// Part of `npm run check`: runbooks are held against the alarms, the drills, AWS's service models, PostgreSQL and the kit's own command line.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadTier, parseTier } from '../lib/definition';
import { DRILLS } from '../lib/drills';
import { startLocalTier } from '../lib/local';
import { kitDrills, namesOfStore, namesOfTimes, type TierNames } from '../lib/runbooks';
import { FileSecrets } from '../lib/sources';
import { ALARMS, CACHE_EVENTS, SERVER_EVENTS } from '../lib/watch';
import type { CodeBlock } from './runbook-lint/code-blocks';
import { isLook, lintRunbooks } from './runbook-lint/lint-runbooks';
import { faultsOfSql } from './runbook-lint/sql-statements';

/** Every runbook that an alarm or an event names, once. */
const runbooksOfAlarms = (): readonly string[] => [
  ...new Set(
    [
      ...Object.values(ALARMS).flatMap((group): readonly Leading[] => group.rows),
      ...Object.values(SERVER_EVENTS).flatMap((sources) => Object.values(sources).flat()),
      ...CACHE_EVENTS,
    ].map(({ runbook }) => runbook),
  ),
];

interface Leading {
  readonly runbook: string;
}

async function readRunbooks(): Promise<Readonly<Record<string, string>>> {
  const files = (await readdir('runbooks')).filter((file) => file.endsWith('.md')).sort();
  const texts = files.map(
    async (file) => [basename(file, '.md'), await readFile(join('runbooks', file), 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

/** Of the repository's own tier, which has a relational store of each kind, of a cache and of a table. */
async function exampleNames(): Promise<TierNames> {
  const others = parseTier({
    name: 'runbooks',
    stages: { check: { profile: 'disposable' } },
    stores: { sessions: { kind: 'valkey' }, carts: { kind: 'dynamodb', partitionKey: 'id' } },
  });
  const names = [others, await loadTier('tier.config.ts', { stage: 'prod' })].flatMap((tier) =>
    Object.values(tier.stores).map((store) => namesOfStore(tier, store)),
  );
  return Object.assign({ ...namesOfTimes(new Date()) }, ...names) as TierNames;
}

/** A server of its own, for as long as it takes. */
async function faultsOnServer(sql: readonly CodeBlock[]): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'polystore-runbooks-'));
  const definition = parseTier({
    name: 'runbooks',
    stages: { check: { profile: 'disposable' } },
    stores: { main: { kind: 'postgres' } },
  });
  try {
    const tier = await startLocalTier(definition, { directory, templates: join(tmpdir(), 'polystore-templates') });
    try {
      const main = tier.topology.stores['main'];
      if (main?.kind !== 'postgres') throw new Error('the tier of the check has no main');
      const credentials = await new FileSecrets(join(directory, 'secrets.json')).read('supervisor');
      const target = { server: main.primary, database: main.database, credentials, trust: tier.topology.trust };
      return await faultsOfSql(target, sql, isLook);
    } finally {
      await tier.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const drills = Object.fromEntries(Object.values(DRILLS).map(({ name, runbook }) => [name, runbook]));
  const context = {
    alarmRunbooks: runbooksOfAlarms(),
    drills,
    recorded: kitDrills(),
    now: new Date(),
    names: await exampleNames(),
  };
  const { runbooks, faults, sql } = lintRunbooks(await readRunbooks(), context);
  const all = [...faults, ...(await faultsOnServer(sql))];
  for (const fault of all) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${runbooks.length} runbooks, ${sql.length} blocks of SQL, ${all.length} faults\n`);
  process.exitCode = all.length > 0 ? 1 : 0;
}

void main();
