import { isPolystoreError } from '../errors';
import { quoteLiteral } from '../postgres';
import type { PostgresTopology, ServerTopology, Topology } from '../topology';
import { postgresStoreOf, type Drill } from './drill';
import type { DrillTier } from './drill-tier';
import type { Rehearsal } from './rehearsal';
import { startWriting, type Writing } from './writing';

const MAX_LAG_MS = 1_000;

/** The primary dies without a word; the replica that has received most is promoted, the others follow it, the old primary comes back as one. */
export const failover: Drill = {
  name: 'failover',
  runbook: 'failover',
  situation: 'the primary is killed (SIGKILL) while an application writes',
  needs: 'ownTier',
  refuses: (store) =>
    store.kind !== 'postgres'
      ? 'is sharded: here its shards have no replica that could be promoted'
      : store.replicas.length === 0
        ? 'has no replica that could be promoted'
        : undefined,
  hold: async (rehearsal, tier, store) => {
    const router = await tier.openRouter(MAX_LAG_MS);
    rehearsal.undoLater('close the router', () => router.close());
    const writing = await startWriting(rehearsal, router, store);
    let lostBecause: string | undefined;
    router.on('primaryLost', ({ reason }) => (lostBecause = reason));
    await rehearsal.until('an application writes', () => writing.acknowledged.length >= 20);

    const before = postgresStoreOf(tier.topology, store);
    const label = `${store}/${before.primary.name}`;
    rehearsal.step('break', `${label} is killed (SIGKILL)`);
    await tier.own?.killServer(label, 'SIGKILL');
    await rehearsal.until('the router misses the primary', () => lostBecause !== undefined);
    rehearsal.step('detect', `the router has lost the primary: ${lostBecause}`);

    const [chosen, ...others] = await byReceived(rehearsal, tier, store, before);
    await promote(tier, store, chosen);
    for (const other of others) await follow(tier, store, other, chosen);
    const followers = others.map(({ name }) => name).join(', ');
    rehearsal.step('mitigate', `${chosen.name} was promoted${followers === '' ? '' : `; ${followers} follows it`}`);

    const acknowledgedBefore = writing.acknowledged.length;
    await rehearsal.until('writes go on', () => writing.acknowledged.length > acknowledgedBefore);
    rehearsal.step('recover', `the application's writes go on, on ${chosen.name}`);
    await writing.stop();
    await countLost(rehearsal, tier, { store, chosen, writing });

    await tier.own?.rebuildReplica(label, `${store}/${chosen.name}`);
    rehearsal.step('restore', `${label} is a replica now, copied from ${chosen.name}`);
    return withPrimary(tier.topology, store, chosen);
  },
};

/** The replicas, the one that has received most first: what it has is what will be there. */
async function byReceived(
  rehearsal: Rehearsal,
  tier: DrillTier,
  store: string,
  { replicas }: PostgresTopology,
): Promise<[ServerTopology, ...ServerTopology[]]> {
  const received = await Promise.all(
    replicas.map((replica) =>
      tier.asSupervisor(store, replica, async (client) => {
        const { rows } = await client.query<{ lsn: string; bytes: string }>(
          `select pg_last_wal_receive_lsn()::text as lsn, pg_last_wal_receive_lsn() - '0/0' as bytes`,
        );
        return { replica, lsn: rows[0]?.lsn ?? '0/0', bytes: BigInt(rows[0]?.bytes ?? 0) };
      }),
    ),
  );
  received.sort((a, b) => (a.bytes < b.bytes ? 1 : a.bytes > b.bytes ? -1 : 0));
  rehearsal.step('look', `received: ${received.map(({ replica, lsn }) => `${replica.name} ${lsn}`).join(', ')}`);
  return received.map(({ replica }) => replica) as [ServerTopology, ...ServerTopology[]];
}

async function promote(tier: DrillTier, store: string, replica: ServerTopology): Promise<void> {
  await tier.asSupervisor(store, replica, (client) => client.query('select pg_promote(true, 30)'));
}

/** Points a replica at another primary; it goes on streaming without a restart. */
async function follow(tier: DrillTier, store: string, replica: ServerTopology, primary: ServerTopology): Promise<void> {
  await tier.asSupervisor(store, replica, async (client) => {
    const { rows } = await client.query<{ link: string }>("select current_setting('primary_conninfo') as link");
    const link = rows[0]?.link.replace(/port='\d+'/, `port='${primary.endpoint.port}'`) ?? '';
    await client.query(`alter system set primary_conninfo = ${quoteLiteral(link)}`);
    await client.query('select pg_reload_conf()');
  });
}

interface Promotion {
  readonly store: string;
  readonly chosen: ServerTopology;
  readonly writing: Writing;
}

/** Replication is asynchronous: what was acknowledged and not received by the promoted replica is gone. */
async function countLost(rehearsal: Rehearsal, tier: DrillTier, { store, chosen, writing }: Promotion): Promise<void> {
  const stored = await tier.asSupervisor(store, chosen, (client) => writing.storedOn(client));
  rehearsal.fact('acknowledgedWrites', writing.acknowledged.length);
  rehearsal.fact('lostWrites', writing.acknowledged.filter((id) => !stored.has(id)).length);
  rehearsal.fact('refusedWrites', writing.refused.length);
  rehearsal.fact('unknownOutcomes', writing.refused.filter((e) => isPolystoreError(e, 'UNKNOWN_OUTCOME')).length);
}

/** The topology in which a replica is the primary, and the primary one of its replicas. */
function withPrimary(topology: Topology, store: string, primary: ServerTopology): Topology {
  const before = postgresStoreOf(topology, store);
  const replicas = before.replicas.map((replica) => (replica.name === primary.name ? before.primary : replica));
  return { ...topology, stores: { ...topology.stores, [store]: { ...before, primary, replicas } } };
}
