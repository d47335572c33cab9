import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import { runSmoke, type Failed, type Outcome, type SmokeOptions, type SmokeReport } from '../../lib/smoke';
import { withClient } from '../../lib/postgres';
import { openPlacement, type PlacementStore } from '../../lib/sources';
import type { PostgresTopology, ShardedPostgresTopology, Topology } from '../../lib/topology';
import type { TestTier } from '../support/local-servers';

/** A primary with two replicas, two shards, a service that may only read, one that has nothing to do with the shards. */
export const tier = defineTier({
  name: 'smoke',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres({ replicas: 2 }),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 2 }),
  },
  services: {
    users: { uses: { main: 'write' } },
    posts: { uses: { posts: 'write', main: 'read' } },
  },
});

/** Long enough for a machine that is busy with other tests, short enough for the checks that are made to run into it. */
export const DEADLINE_MS = 4_000;

/** What needs AWS is skipped in every run here. */
const ALWAYS_SKIPPED: readonly string[] = ['kms-encryption', 'multi-az', 'backups-current'];

export const mainOf = ({ stores }: Topology): PostgresTopology => stores['main'] as PostgresTopology;
export const postsOf = ({ stores }: Topology): ShardedPostgresTopology => stores['posts'] as ShardedPostgresTopology;

/** The placement stores that a topology points at. */
export const placementsOf =
  (topology: Topology) =>
  (store: string): PlacementStore =>
    openPlacement(store, postsOf(topology).placement);

/** Proves a test tier, in whole or as `changes` say. */
export function prove(on: TestTier, changes: Partial<SmokeOptions> = {}): Promise<SmokeReport> {
  const topology = changes.topology ?? on.topology;
  return runSmoke({
    topology,
    secrets: on.secrets,
    placementOf: placementsOf(topology),
    deadlineMs: DEADLINE_MS,
    ...changes,
  });
}

/** Runs SQL as the owner role of a database, as a migration does. */
export async function asOwner(on: TestTier, label: string, sql: string): Promise<void> {
  const target = await on.superuser(label);
  const [store, shard = ''] = label.split('/');
  const secrets = store === 'main' ? mainOf(on.topology).secrets : postsOf(on.topology).shards[shard]?.secrets;
  const credentials = await on.secrets.read(secrets?.owner ?? '');
  await withClient({ ...target, credentials }, (client) => client.query(sql));
}

/** A table of users on every shard, without which there is no row to look at. */
export async function createUsersTables(on: TestTier): Promise<void> {
  for (const shard of Object.keys(postsOf(on.topology).shards))
    await asOwner(on, `posts/${shard}`, 'create table users_posts (user_id bigint)');
}

const nameOf = ({ subject, check }: Outcome): string => `${subject} ${check}`;

/** `main/r1 serves-reads` of every failed check, sorted. */
export const failedOf = ({ outcomes }: SmokeReport): readonly string[] =>
  outcomes
    .filter(({ status }) => status === 'failed')
    .map(nameOf)
    .sort();

/** Of every check skipped, other than those that are skipped here always. */
export const skippedOf = ({ outcomes }: SmokeReport): readonly string[] =>
  outcomes
    .filter(({ status, check }) => status === 'skipped' && !ALWAYS_SKIPPED.includes(check))
    .map(nameOf)
    .sort();

/** The failure of one check; fails where it did not fail. */
export function failureOf(report: SmokeReport, name: string): Failed {
  const found = report.outcomes.find(
    (outcome): outcome is Failed => outcome.status === 'failed' && nameOf(outcome) === name,
  );
  if (!found) throw new Error(`${name} did not fail; failed: ${failedOf(report).join(', ') || 'nothing'}`);
  return found;
}
