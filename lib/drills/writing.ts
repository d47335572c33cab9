import { setTimeout as delay } from 'node:timers/promises';
import type { PgClient } from '../postgres';
import type { PostgresHandle, Router } from '../routing';
import type { Rehearsal } from './rehearsal';

/** An application that writes all the time, through the router. */
export interface Writing {
  /** Ids of writes that were acknowledged, in order. */
  readonly acknowledged: readonly number[];
  /** What the others were told. */
  readonly refused: readonly unknown[];
  /** Ids that stand in a database. */
  storedOn(client: PgClient): Promise<ReadonlySet<number>>;
  /** Ends it; resolves when its last write is answered. */
  stop(): Promise<void>;
}

const EVERY_MS = 2;

/** Starts it: a row each few milliseconds, in a schema of the drill's own that goes with the drill. */
export async function startWriting(rehearsal: Rehearsal, router: Router, store: string): Promise<Writing> {
  const handle = router.store(store) as PostgresHandle;
  const acknowledged: number[] = [];
  const refused: unknown[] = [];
  rehearsal.undoLater('drop schema polystore_drill', async () => {
    await handle.write('drop schema if exists polystore_drill cascade');
  });
  await handle.write('create schema if not exists polystore_drill');
  await handle.write('create table polystore_drill.written (id bigint primary key)');
  let isOver = false;
  const work = (async () => {
    for (let id = 1; !isOver; id++) {
      try {
        await handle.write('insert into polystore_drill.written values ($1)', [id]);
        acknowledged.push(id);
      } catch (error) {
        refused.push(error);
      }
      await delay(EVERY_MS);
    }
  })();
  const stop = async (): Promise<void> => {
    isOver = true;
    await work;
  };
  rehearsal.undoLater('stop writing', stop);
  return {
    acknowledged,
    refused,
    stop,
    storedOn: async (client) => {
      const { rows } = await client.query<{ id: string }>('select id from polystore_drill.written');
      return new Set(rows.map(({ id }) => Number(id)));
    },
  };
}
