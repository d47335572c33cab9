import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { inParallel } from '../provision/in-parallel';
import type { PoolStatus } from '../routing';
import type { PostgresHandle } from '../routing';
import { SmokeFailure, type Check } from './check';
import { cleaningUp } from './clean-up';
import type { ClusterUnderTest } from './cluster-under-test';
import { WHO_ANSWERS, type ServerUnderTest, type WhoAnswers } from './server-under-test';

const WRITES = 8;
const READS_A_REPLICA = 16;
/** Statements sent at once: more than one, so that the router has a choice. */
const AT_ONCE = 4;
/** Two probes of the router, in milliseconds. */
const ELIGIBLE_WITHIN_MS = 2_000;
const ASK_AGAIN_MS = 50;

/** What the router does, proven by asking each server who it is. */
export function routingChecks(cluster: ClusterUnderTest): readonly Check[] {
  const ofReplicas = cluster.replicas.length > 0 ? [routesReads(cluster), readsOwnWrites(cluster)] : [];
  return [routesWrites(cluster), ...ofReplicas, keepsToPools(cluster)];
}

function readsOwnWrites(cluster: ClusterUnderTest): Check {
  const { store, label, primary } = cluster;
  return {
    name: 'reads-own-writes',
    store,
    subject: label,
    promise: 'A session through the router reads its own writes at once, from a replica or the primary.',
    run: async ({ run }) => {
      await primary.requireWritable();
      // Apart from the rows of the other checks, which delete theirs meanwhile.
      const mark = `${run} session`;
      const handle = await cluster.handleInSession();
      return cleaningUp(
        async () => {
          const answers: (WhoAnswers & { readonly seen: boolean })[] = [];
          for (let written = 0; written < WRITES; written++) {
            const id = randomUUID();
            await handle.write('insert into polystore_smoke.probe (id, run) values ($1, $2)', [id, mark]);
            const { rows } = await handle.read<WhoAnswers & { readonly seen: boolean }>(
              `select exists (select from polystore_smoke.probe where id = $1) as seen, ${WHO_ANSWERS}`,
              [id],
            );
            answers.push(...rows);
          }
          const stale = answers.filter(({ seen }) => !seen);
          const evidence = { writes: WRITES, stale: stale.length, readOn: countBy(answers) };
          if (stale.length === 0) return evidence;
          throw new SmokeFailure(
            `${stale.length} of ${WRITES} writes were not seen by the session that had made them`,
            {
              evidence,
            },
          );
        },
        () => handle.write('delete from polystore_smoke.probe where run = $1', [mark]),
      );
    },
  };
}

function keepsToPools(cluster: ClusterUnderTest): Check {
  const { store, label, primary } = cluster;
  return {
    name: 'pool-status',
    store,
    subject: label,
    promise: 'The router opens no more connections than its pool may have; whoever waits for one gets it.',
    run: async () => {
      await primary.requireAnswer();
      const handle = await cluster.handle();
      const seen: PoolStatus[] = [];
      const look = (): void => void seen.push(...handle.servers().map(({ pool }) => pool));
      look();
      const statements = 2 * Math.max(...seen.map(({ max }) => max));
      const answers = await Promise.allSettled(
        Array.from({ length: statements }, () => handle.write('select 1').finally(look)),
      );
      const failed = answers.filter((answer) => answer.status === 'rejected');
      const over = seen.filter(({ max, open }) => open > max);
      const evidence = {
        statements,
        max: Math.max(...seen.map(({ max }) => max)),
        mostOpen: Math.max(...seen.map(({ open }) => open)),
        mostWaiting: Math.max(...seen.map(({ waiting }) => waiting)),
      };
      if (failed[0]) throw failed[0].reason;
      if (over.length === 0) return evidence;
      throw new SmokeFailure('a pool has opened more connections than it may', { evidence });
    },
  };
}

function routesWrites(cluster: ClusterUnderTest): Check {
  const { store, label, primary } = cluster;
  return {
    name: 'routes-writes',
    store,
    subject: label,
    promise: 'Writes through the router land on the primary only.',
    run: async ({ run }) => {
      const { fingerprint } = await primary.requireWritable();
      const handle = await cluster.handle();
      const write = async (): Promise<WhoAnswers> =>
        (
          await handle.write<WhoAnswers>(
            `insert into polystore_smoke.probe (id, run) values ($1, $2) returning ${WHO_ANSWERS}`,
            [randomUUID(), routed(run)],
          )
        ).rows[0] as WhoAnswers;
      return cleaningUp(
        async () => {
          const landed = await answersOf(WRITES, write);
          const strays = landed.filter((answer) => answer.fingerprint !== fingerprint);
          const evidence = { writes: WRITES, landedOn: countBy(landed) };
          if (strays.length === 0) return evidence;
          throw new SmokeFailure(`${strays.length} of ${WRITES} writes landed elsewhere than on the primary`, {
            evidence,
          });
        },
        // Through the router too: wherever the rows have landed.
        () => handle.write('delete from polystore_smoke.probe where run = $1', [routed(run)]),
      );
    },
  };
}

/** Apart from the rows of the checks that go past the router. */
const routed = (run: string): string => `${run} routed`;

function routesReads(cluster: ClusterUnderTest): Check {
  const { store, label, primary, replicas } = cluster;
  return {
    name: 'routes-reads',
    store,
    subject: label,
    promise: 'Reads through the router land on replicas only.',
    unaffected: (passed) =>
      passed.has(`${primary.label} takes-writes`) ? 'reads go on, on the primary; writes' : undefined,
    run: async ({ signal }) => {
      const handle = await cluster.handle();
      const reads = READS_A_REPLICA * replicas.length;
      const read = async (): Promise<WhoAnswers> =>
        (await handle.read<WhoAnswers>(`select ${WHO_ANSWERS}`)).rows[0] as WhoAnswers;
      // Side by side: a replica that does not answer costs both ways their time. The first read makes the router watch its replicas.
      const [names] = await Promise.all([namesOf(replicas), Promise.allSettled([read()])]);
      // With no replica left the reads fall back to the primary, as they should: serves-reads tells.
      if (names.size === 0) await replicas[0]?.requireAnswer();
      await untilReplicaIsEligible(handle, signal);
      // Where the primary is lost as well, one read says so; each of many would wait for a replica first.
      await read();
      const landed = await answersOf(reads, read);
      const strays = landed.filter(({ fingerprint }) => !names.has(fingerprint));
      const evidence = { reads, landedOn: countBy(landed, names) };
      if (strays.length === 0) return evidence;
      const onPrimary = await primary.reach().then(
        (answer) => answer.fingerprint,
        () => undefined,
      );
      const onlyPrimary = strays.every(({ fingerprint }) => fingerprint === onPrimary);
      throw new SmokeFailure(
        `${strays.length} of ${reads} reads landed ${onlyPrimary ? 'on the primary' : 'on a server that is no replica'}`,
        { evidence },
      );
    },
  };
}

/**
 * Resolves when the router would read a replica, or when it had the time of several probes to find one. On a busy machine one probe may come
 * too late, and the reads of the next second then rightly go to the primary.
 */
async function untilReplicaIsEligible(handle: PostgresHandle, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + ELIGIBLE_WITHIN_MS;
  while (handle.route('read').role === 'primary' && performance.now() < deadline) {
    await setTimeout(ASK_AGAIN_MS, undefined, { signal });
  }
}

/** Name of each replica that answers and is one, by its fingerprint. */
async function namesOf(replicas: readonly ServerUnderTest[]): Promise<ReadonlyMap<string, string>> {
  const answers = await Promise.allSettled(replicas.map((replica) => replica.reach()));
  return new Map(
    answers.flatMap((answer, index) =>
      answer.status === 'fulfilled' && answer.value.in_recovery
        ? [[answer.value.fingerprint, replicas[index]?.server.name ?? '']]
        : [],
    ),
  );
}

/** Runs a statement `times` times; rejects as the first that failed. */
async function answersOf(times: number, statement: () => Promise<WhoAnswers>): Promise<readonly WhoAnswers[]> {
  const results = await inParallel(Array.from({ length: times }), AT_ONCE, statement);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** How many answers came from each server: by its name where known, by its address otherwise. */
function countBy(
  answers: readonly WhoAnswers[],
  names: ReadonlyMap<string, string> = new Map(),
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { fingerprint, address } of answers) {
    const name = names.get(fingerprint) ?? address;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
