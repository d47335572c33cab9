import type { ShardedPostgresDefinition, TierDefinition } from '../definition';
import { serverName, shardName, shardStackOf } from '../definition/names/stacks';
import type { WatchedCluster, WatchedServer } from '../watch';
import type { WatchUnit, WatchedIn } from './watch-unit';
import { letterOf, proxies, serversOf } from './watched-servers';

/** Servers of a shard in one stack: with all that a stack of ten shards holds besides, a template takes no more. */
const LETTERS_A_STACK = 3;

/** A unit a shard: its servers, and its cluster for what these have in common. */
export function shardUnits(tier: TierDefinition, store: ShardedPostgresDefinition): readonly WatchUnit[] {
  const servers = serversOf(tier, store);
  return store.shards.map(({ name }): WatchUnit => {
    const stack = [store.name, 'alarms', shardStackOf(name)];
    const own = servers.get(name) ?? [];
    const identifier = shardName(tier, store.name, name);
    return {
      name: serverName(tier, store.name, name),
      store: store.name,
      stack,
      form: 'repeated',
      watched: [
        ...own.map((server, index): WatchedIn => {
          const first = own[index - (index % LETTERS_A_STACK)] ?? server;
          return index < LETTERS_A_STACK ? server : { ...server, stack: [...stack, letterOf(first.id)] };
        }),
        ...own
          .slice(0, 1)
          .map(({ watched }): WatchedIn => ({ id: name, watched: clusterOf(tier, identifier, watched) })),
        ...proxies(tier, store, [name]),
      ],
    };
  });
}

const clusterOf = (tier: TierDefinition, identifier: string, server: WatchedServer): WatchedCluster => ({
  sort: 'cluster',
  identifier,
  role: tier.stage.awayFrom === undefined ? 'primary' : 'secondary',
  server,
});
