import { randomUUID } from 'node:crypto';
import { errorCodeOf, errorGroupOf, readServerState, type PgClient } from '../postgres';
import { identityText, readIdentity } from '../provision/shard-identity';
import { SmokeFailure, SmokeSkip, type Check, type Evidence } from './check';
import { cleaningUp } from './clean-up';
import type { ClusterUnderTest } from './cluster-under-test';
import { askInPlaintext } from './plaintext-probe';
import type { ServerUnderTest } from './server-under-test';

/** Rows that a run left behind longer ago than this are of a run that crashed. */
const LEFTOVER = `written_at < now() - interval '1 hour'`;
/** Time between two looks for a write on a replica, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** The checks of every server of a cluster, one by one. */
export function serverChecks(cluster: ClusterUnderTest): readonly Check[] {
  const { primary, replicas } = cluster;
  return [
    takesWrites(cluster),
    ...replicas.flatMap((replica) => [servesReads(cluster, replica), refusesWrites(cluster, replica)]),
    ...[primary, ...replicas].flatMap((server) => [isItself(cluster, server), refusesPlaintext(cluster, server)]),
  ];
}

function takesWrites(cluster: ClusterUnderTest): Check {
  const { store, primary, replicas } = cluster;
  return {
    name: 'takes-writes',
    store,
    subject: primary.label,
    promise: 'The primary is not in recovery and takes a write.',
    unaffected: (passed) => readsServedBy(replicas, passed),
    run: async ({ run }) => {
      const { address, in_recovery: inRecovery } = await primary.reach();
      if (inRecovery) throw new SmokeFailure('is in recovery: it is a replica', { evidence: { answeredBy: address } });
      return primary.asSmoke(async (client) => {
        const leftovers = await sweep(client, cluster);
        await deleteProbe(client, await writeProbe(client, run));
        return { answeredBy: address, inRecovery, ...(leftovers > 0 && { leftoversRemoved: leftovers }) };
      });
    },
  };
}

function servesReads(cluster: ClusterUnderTest, replica: ServerUnderTest): Check {
  const { store, primary, replicas } = cluster;
  return {
    name: 'serves-reads',
    store,
    subject: replica.label,
    promise: 'The replica is in recovery, shows a write of the primary, and reports its lag.',
    unaffected: (passed) =>
      readsServedBy(replicas, passed) ??
      (passed.has(`${primary.label} takes-writes`) ? 'writes, and reads: they fall back to the primary' : undefined),
    run: async ({ run, deadlineAtMs, signal }) => {
      const { address, in_recovery: inRecovery } = await replica.reach();
      if (!inRecovery) {
        throw new SmokeFailure('is not in recovery: it was promoted, or is another primary', {
          evidence: { answeredBy: address },
        });
      }
      await primary.requireWritable();
      // What a run that was killed left on the primary is on the replica too; only this probe tells that replay goes on.
      const probe = await primary.asSmoke((client) => writeProbe(client, run));
      return cleaningUp(
        () =>
          replica.asSmoke(async (client) => {
            const visibleAfterMs = await whenVisible(client, probe, { limitMs: lookFor(deadlineAtMs), signal });
            const { lagMs = 'unknown' } = await readServerState(client, cluster.engine);
            if (visibleAfterMs === undefined) throw await notShown(client, cluster, { answeredBy: address, lagMs });
            if (lagMs === 'unknown') {
              throw new SmokeFailure('reports no lag: it does not stream from the primary', {
                evidence: { answeredBy: address, visibleAfterMs },
              });
            }
            return { answeredBy: address, inRecovery, visibleAfterMs, lagMs };
          }),
        () => primary.asSmoke((client) => deleteProbe(client, probe)),
      );
    },
  };
}

export function refusesWrites(cluster: ClusterUnderTest, replica: ServerUnderTest): Check {
  return {
    name: 'refuses-writes',
    store: cluster.store,
    subject: replica.label,
    promise: 'A write on a replica is refused (25006).',
    run: async ({ run }) => {
      const { address } = await replica.requireAnswer();
      return replica.asSmoke(async (client) => {
        await client.query('begin');
        try {
          await writeProbe(client, run);
        } catch (error) {
          if (errorGroupOf(error) === 'readOnly') return { answeredBy: address, refusedWith: errorCodeOf(error) };
          throw error;
        } finally {
          await client.query('rollback');
        }
        throw new SmokeFailure('took a write (rolled back): it is no replica', { evidence: { answeredBy: address } });
      });
    },
  };
}

export function isItself(cluster: ClusterUnderTest, server: ServerUnderTest): Check {
  const expected = identityText(cluster.identity);
  return {
    name: 'identity',
    store: cluster.store,
    subject: server.label,
    promise: 'The database is the one that the topology says, in its own words.',
    run: async () => {
      const { address } = await server.requireAnswer();
      const identity = await server.asSmoke(readIdentity);
      const evidence = { answeredBy: address };
      if (!identity) throw new SmokeFailure('does not say who it is: it was never provisioned', { evidence });
      const found = identityText(identity);
      if (found !== expected) throw new SmokeFailure(`says that it is ${found}, not ${expected}`, { evidence });
      return { ...evidence, identity: found };
    },
  };
}

export function refusesPlaintext(cluster: ClusterUnderTest, server: ServerUnderTest): Check {
  return {
    name: 'refuses-plaintext',
    store: cluster.store,
    subject: server.label,
    promise: 'A connection without TLS is refused before it could send a password.',
    run: async () => {
      // The same role got in over TLS, so it is the missing TLS that is refused.
      const { address } = await server.requireAnswer();
      const login = { user: await server.smokeRole(), database: server.database };
      const answer = await askInPlaintext(server.server.endpoint, login, server.timeoutMs);
      switch (answer.kind) {
        case 'accepted':
          throw new SmokeFailure('lets a client log in without TLS', { evidence: { answeredBy: address } });
        case 'closed':
          return { answeredBy: address, refusedWith: 'end of connection' };
        case 'refused':
          if (answer.sqlState !== '28000') {
            throw new SmokeFailure(
              `answered plaintext with ${answer.sqlState}, which is no refusal of plaintext (28000)`,
            );
          }
          return { answeredBy: address, refusedWith: answer.sqlState };
      }
    },
  };
}

export const readsServedBy = (
  replicas: readonly ServerUnderTest[],
  passed: ReadonlySet<string>,
): string | undefined => {
  const serving = replicas.filter(({ label }) => passed.has(`${label} serves-reads`)).map(({ server }) => server.name);
  return serving.length > 0 ? `reads served by ${serving.join(', ')}` : undefined;
};

/** Writes a row of the smoke test's own; returns its id. */
async function writeProbe(client: PgClient, run: string): Promise<string> {
  const id = randomUUID();
  await client.query('insert into polystore_smoke.probe (id, run) values ($1, $2)', [id, run]);
  return id;
}

async function deleteProbe(client: PgClient, id: string): Promise<void> {
  await client.query('delete from polystore_smoke.probe where id = $1', [id]);
}

/** Removes what crashed runs left; returns how many rows. */
async function sweep(client: PgClient, { identity }: ClusterUnderTest): Promise<number> {
  const tables = identity.shard === null ? ['probe'] : ['probe', 'keys'];
  let removed = 0;
  for (const table of tables) {
    removed += (await client.query(`delete from polystore_smoke.${table} where ${LEFTOVER}`)).rowCount ?? 0;
  }
  return removed;
}

/** How long to look for a row until `deadlineAtMs`, so that a quarter of the time is left to say why it is not there. */
const lookFor = (deadlineAtMs: number): number => (deadlineAtMs - performance.now()) * 0.75;

/** How long after now a replica shows a row, in milliseconds; undefined where it doesn't within `limitMs`. */
async function whenVisible(
  client: PgClient,
  probe: string,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const started = performance.now();
  for (;;) {
    const { rowCount } = await client.query('select from polystore_smoke.probe where id = $1', [probe]);
    const elapsed = performance.now() - started;
    if (rowCount === 1) return Math.round(elapsed);
    if (elapsed > limitMs) return undefined;
    if (signal.aborted) throw new SmokeSkip('interrupted');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function notShown(client: PgClient, { engine }: ClusterUnderTest, evidence: Evidence): Promise<SmokeFailure> {
  const reason = 'does not show a write of the primary';
  // Readers of Aurora replay nothing, so nobody can pause them.
  if (engine !== 'postgres') return new SmokeFailure(reason, { evidence });
  const { rows } = await client.query<{ paused: boolean }>('select pg_is_wal_replay_paused() as paused');
  if (!rows[0]?.paused) return new SmokeFailure(reason, { evidence });
  return new SmokeFailure(`${reason}: its replay is paused`, {
    evidence,
    next: 'select pg_wal_replay_resume() on the replica, once it is clear who paused it',
  });
}
