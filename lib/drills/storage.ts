import { dirname, join } from 'node:path';
import { errorCodeOf, errorGroupOf, quoteLiteral, type PgClient } from '../postgres';
import { primaryOf } from './connections';
import type { Drill } from './drill';
import type { Rehearsal } from './rehearsal';
import { mountSmallDisk, type SmallDisk } from './small-disk';

const SIZE_MIB = 16;
const GROWN_MIB = 64;
/** Share that is left free when the alarm of a server goes off. */
const ALARM_SHARE = 0.1;
const ROW_KIB = 256;
const TABLESPACE = 'polystore_drill';

/** A tablespace fills up until writes are refused; the disk is grown, and writes go on. */
export const storage: Drill = {
  name: 'storage',
  runbook: 'storage',
  situation: 'a tablespace fills up until writes are refused',
  needs: 'ownTierOnSmallDisk',
  refuses: () => undefined,
  hold: async (rehearsal, tier, store) => {
    const server = primaryOf(tier, store);
    const label = `${store}/${server.name}`;
    const own = tier.own;
    if (own === undefined) throw new RangeError('a full disk is made for a tier of this process only');
    const disk = await mountSmallDisk(join(dirname(own.topologyFile), 'small-disk'), SIZE_MIB);
    rehearsal.undoLater('unmount the small disk', () => disk.remove());
    const onServer = <T>(work: (client: PgClient) => Promise<T>): Promise<T> => tier.asSupervisor(store, server, work);
    rehearsal.undoLater(`drop tablespace ${TABLESPACE}`, () => onServer(drop));
    await onServer(async (client) => {
      await client.query(`create tablespace ${TABLESPACE} location ${quoteLiteral(disk.directory)}`);
      await client.query(`create schema ${TABLESPACE}`);
      await client.query(`create table ${TABLESPACE}.filling (filling text) tablespace ${TABLESPACE}`);
      // Not compressed: what is written is what is taken.
      await client.query(`alter table ${TABLESPACE}.filling alter column filling set storage external`);
    });

    rehearsal.step('break', `rows fill a disk of ${SIZE_MIB} MiB under ${label}`);
    const { rows, refusedWith } = await onServer((client) => fill(rehearsal, client, disk));
    rehearsal.fact('rowsWritten', rows);
    rehearsal.step('look', `writes are refused: ${refusedWith}`);
    const { table, slots } = await onServer(whatTakesSpace);
    rehearsal.step('look', `most is taken by ${table}; ${slots} replication slots hold back WAL`);

    await disk.growTo(GROWN_MIB);
    rehearsal.step('mitigate', `the disk has ${GROWN_MIB} MiB now; nothing was restarted`);
    await rehearsal.until('writes go on', () => onServer(insert));
    rehearsal.step('recover', `${label} takes writes`);
    return undefined;
  },
};

/** Writes until it is refused; notes when the alarm would have gone off. */
async function fill(
  rehearsal: Rehearsal,
  client: PgClient,
  disk: SmallDisk,
): Promise<{ readonly rows: number; readonly refusedWith: string }> {
  let isDetected = false;
  for (let rows = 0; ; rows++) {
    rehearsal.throwIfInterrupted();
    try {
      await insert(client);
    } catch (error) {
      if (errorGroupOf(error) !== 'diskFull') throw error;
      return { rows, refusedWith: errorCodeOf(error) };
    }
    const free = await disk.freeShare();
    if (isDetected || free > ALARM_SHARE) continue;
    isDetected = true;
    rehearsal.step('detect', `${Math.round(free * 100)} % of the disk are free`);
  }
}

async function insert(client: PgClient): Promise<boolean> {
  const row = `insert into ${TABLESPACE}.filling values (repeat('x', ${ROW_KIB * 1024}))`;
  return (await client.query(row)).rowCount === 1;
}

async function whatTakesSpace(client: PgClient): Promise<{ readonly table: string; readonly slots: number }> {
  const { rows } = await client.query<{ table: string; slots: string }>(
    `select (select format('%s, %s', oid::regclass, pg_size_pretty(pg_total_relation_size(oid))) from pg_class
              where relkind = 'r' order by pg_total_relation_size(oid) desc limit 1) as table,
            (select count(*) from pg_replication_slots where not active) as slots`,
  );
  return { table: rows[0]?.table ?? 'nothing', slots: Number(rows[0]?.slots ?? 0) };
}

async function drop(client: PgClient): Promise<void> {
  await client.query(`drop schema if exists ${TABLESPACE} cascade`);
  await client.query(`drop tablespace if exists ${TABLESPACE}`);
}
