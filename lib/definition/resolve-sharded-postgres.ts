import { maxConnectionsFor } from '../catalog';
import { hash } from '../placement';
import { DEFAULTS, PROFILES } from './profile';
import { defaultDatabase, knownClass, smallest } from './resolve-postgres';
import type { ShardedPostgresDefinition } from './sharded-postgres';
import type { StageStoreOf } from './stage-store';
import { shardOptions } from './store-members';

/** Options of a store that breaks no rule, every default filled in. */
export function resolveShardedPostgres(store: StageStoreOf<'shardedPostgres'>): ShardedPostgresDefinition {
  const { options } = store;
  const defaults = PROFILES[store.profile];
  const storeClass = knownClass(options.class ?? defaults.class);
  const shards = Object.entries(shardOptions(store)).map(([name, shard]) => ({
    name,
    class: shard.class === undefined ? storeClass : knownClass(shard.class),
    weight: shard.weight ?? 1,
    state: shard.state ?? 'active',
  }));
  return {
    kind: 'shardedPostgres',
    name: store.name,
    version: options.version ?? DEFAULTS.version,
    shardKey: shardKeyOf(store),
    strategy: options.strategy ?? hash(),
    shards,
    database: options.database ?? defaultDatabase(store.name),
    maxConnections:
      options.maxConnections ??
      smallest(
        shards.map((shard) => shard.class),
        maxConnectionsFor,
      ),
    slowQueryMs: options.slowQueryMs ?? DEFAULTS.slowQueryMs,
    backup: { retentionDays: options.backup?.retentionDays ?? defaults.retentionDays },
  };
}

function shardKeyOf({
  name,
  options: { shardKey },
}: StageStoreOf<'shardedPostgres'>): ShardedPostgresDefinition['shardKey'] {
  if (shardKey === undefined) throw new TypeError(`stores.${name} has no shard key, and its schema did not notice`);
  return typeof shardKey === 'string' ? { column: shardKey, type: 'bigint' } : shardKey;
}
