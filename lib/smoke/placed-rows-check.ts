import { inParallel } from '../provision/in-parallel';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import type { ClusterUnderTest } from './cluster-under-test';
import { directoryHandle } from './key-directory-checks';
import { noTableYet } from './no-table';

/** Keys of each table that are looked up. */
const MOST = 100;
const AT_ONCE = 8;

interface TableKeys {
  readonly table_name: string;
  /** Null of a row that has none, which is nobody's. */
  readonly keys: readonly (string | null)[];
  readonly problem: string | null;
  readonly [column: string]: unknown;
}

/** As `rows-on-owner`, where only the key directory knows which bucket a row is in: it looks up some keys of every table. */
export function rowsWhereDirectorySays(cluster: ClusterUnderTest): Check {
  const { tier, store, identity, primary } = cluster;
  return {
    name: 'rows-on-owner',
    store,
    subject: primary.label,
    promise: `The shard holds rows only of keys that the directory puts on it: up to ${MOST} of every table that has the shard key column.`,
    run: async () => {
      await tier.requirePlacement(store);
      await primary.requireAnswer();
      const directory = await directoryHandle(tier, store);
      const { rows } = await primary.asSmoke((client) =>
        client.query<TableKeys>('select * from polystore.placed_keys($1)', [MOST]),
      );
      if (rows.length === 0) throw noTableYet(cluster);
      const sampled = rows.flatMap(({ table_name: table, keys }) => keys.map((key) => ({ table, key })));
      const found = await inParallel(sampled, AT_ONCE, async ({ key }) =>
        key === null ? undefined : (await directory?.assignmentOf(key))?.shard,
      );
      const strays = new Map<string, number>();
      found.forEach((result, index) => {
        if (result.status === 'rejected') throw result.reason;
        const { table } = sampled[index] as { table: string };
        if (result.value !== identity.shard) strays.set(table, (strays.get(table) ?? 0) + 1);
      });
      const evidence = { tables: rows.length, keys: sampled.length };
      const faults = [
        ...rows.flatMap(({ table_name: table, problem }) =>
          problem?.startsWith('type ') ? [`${table}: the shard key column is of ${problem}`] : [],
        ),
        ...[...strays].map(
          ([table, count]) => `${table}: ${count} of its keys belong on another shard, or are assigned to none`,
        ),
      ];
      if (faults.length > 0) throw new SmokeFailure(faults.join('; '), { evidence });
      const unseen = rows.filter(({ problem }) => problem !== null);
      if (unseen.length > 0) {
        throw new SmokeSkip(unseen.map(({ table_name: table, problem }) => `${table} is ${problem}`).join(', '));
      }
      return evidence;
    },
  };
}
