import {
  isInstanceClass,
  maxConnectionsCeilingFor,
  maxConnectionsCeilingForAcu,
  maxConnectionsFor,
  maxConnectionsForAcu,
} from '../../catalog';
import { PROFILES } from '../stages/profile';
import { serversOf } from '../sharded-postgres/servers';
import type { RelationalStageStore } from '../stores/in-stage';
import { membersOf, shardOptions } from '../stores/members';

/** What a server of a class, or of a range of ACU, holds. */
export interface ServerFigures {
  /** Its class, or its range, for a person. */
  readonly server: string;
  /** The most connections that it holds. */
  readonly ceiling: number;
  /** What it is given unless the store says otherwise. */
  readonly usual: number;
}

/** The servers of a store; `undefined` where the class of one of them is not known. */
export function serverFigures(store: RelationalStageStore): readonly ServerFigures[] | undefined {
  if (!store.isRead('class') || !store.isRead('capacity')) return undefined;
  const servers =
    store.kind === 'shardedPostgres'
      ? Object.values(shardOptions(store)).map((shard) => serversOf(store, shard))
      : [undefined, ...membersOf(store)].map((member) => ({
          class: member?.class ?? store.options.class ?? PROFILES[store.profile].class,
        }));
  const figures = servers.flatMap((each): ServerFigures[] => {
    if ('capacity' in each) {
      const { minAcu, maxAcu } = each.capacity;
      return [
        {
          server: `${minAcu} to ${maxAcu} ACU`,
          ceiling: maxConnectionsCeilingForAcu(each.capacity),
          usual: maxConnectionsForAcu(each.capacity),
        },
      ];
    }
    if (!isInstanceClass(each.class)) return [];
    return [
      { server: each.class, ceiling: maxConnectionsCeilingFor(each.class), usual: maxConnectionsFor(each.class) },
    ];
  });
  return servers.length > 0 && figures.length === servers.length ? figures : undefined;
}
