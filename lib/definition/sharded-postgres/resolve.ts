import { maxConnectionsFor, maxConnectionsForAcu } from '../../catalog';
import { canonicalKey, hash, keyText, type ShardKeyType } from '../../placement';
import { DEFAULTS } from '../stages/profile';
import { knownClass } from '../relational/known-class';
import { defaultDatabase } from '../postgres/resolve';
import { resolveSnapshot } from '../relational/resolve-origin';
import { resolveUpkeep } from '../stores/resolve-upkeep';
import type { ReadersDefinition } from './readers';
import { fixedReaders, readersOf, serversOf, type WrittenServers } from './servers';
import type { ShardDefinition, ShardedPostgresDefinition } from './store';
import type { StageStoreOf } from '../stores/in-stage';
import { shardOptions, type WrittenReaders } from '../stores/members';
import type { StrategyDefinition, WrittenKey } from './strategy';

/** Options of a store that breaks no rule, every default filled in. */
export function resolveShardedPostgres(store: StageStoreOf<'shardedPostgres'>): ShardedPostgresDefinition {
  const { options } = store;
  const shards = Object.entries(shardOptions(store)).map(([name, shard]): ShardDefinition => ({
    name,
    ...resolveServers(serversOf(store, shard)),
    readers: resolveReaders(readersOf(store, shard)),
    weight: shard.weight ?? 1,
    state: shard.state ?? 'active',
    ...(shard.origin?.kind === 'snapshot' ? { origin: resolveSnapshot(shard.origin) } : {}),
  }));
  return {
    kind: 'shardedPostgres',
    name: store.name,
    version: options.version ?? DEFAULTS.version,
    shardKey: shardKeyOf(store),
    strategy: resolveStrategy(store, shardKeyOf(store).type),
    shards,
    database: options.database ?? defaultDatabase(store.name),
    maxConnections: options.maxConnections ?? Math.min(...shards.map(connectionsOf)),
    slowQueryMs: options.slowQueryMs ?? DEFAULTS.slowQueryMs,
    storageType: options.storageType ?? DEFAULTS.auroraStorageType,
    logicalReplication: shards.every(({ acu }) => acu?.minAcu !== 0),
    ...resolveUpkeep(store),
    ...globalDatabaseOf(store),
  };
}

function globalDatabaseOf({
  options: { globalDatabase },
}: StageStoreOf<'shardedPostgres'>): Pick<ShardedPostgresDefinition, 'globalDatabase'> {
  if (globalDatabase === undefined) return {};
  const { version, secondaries } = globalDatabase;
  return {
    globalDatabase: {
      version,
      secondaries: Object.entries(secondaries).map(([region, { servers = 1 }]) => ({ region, servers })),
    },
  };
}

function resolveServers(servers: WrittenServers): Pick<ShardDefinition, 'class' | 'acu'> {
  if ('class' in servers) return { class: knownClass(servers.class) };
  const { minAcu, maxAcu, autoPauseAfterSeconds = DEFAULTS.autoPauseAfterSeconds } = servers.capacity;
  return { class: 'serverless', acu: { minAcu, maxAcu, ...(minAcu === 0 && { autoPauseAfterSeconds }) } };
}

function connectionsOf(shard: Pick<ShardDefinition, 'class' | 'acu'>): number {
  if (shard.class !== 'serverless') return maxConnectionsFor(shard.class);
  if (shard.acu === undefined) throw new TypeError('a serverless shard has no range, and nobody noticed');
  return maxConnectionsForAcu(shard.acu);
}

function resolveReaders(readers: WrittenReaders): ReadersDefinition {
  const min = fixedReaders(readers);
  if (typeof readers === 'number') return { min };
  return { min, autoscaling: { max: readers.max, cpuPercent: readers.cpuPercent ?? DEFAULTS.readersCpuPercent } };
}

function resolveStrategy(
  { options: { strategy = hash() } }: StageStoreOf<'shardedPostgres'>,
  keyType: ShardKeyType,
): StrategyDefinition {
  switch (strategy.type) {
    case 'hash':
      return strategy;
    case 'range': {
      const text = (key: WrittenKey): string => keyText(keyType, canonicalKey(keyType, key));
      const ranges = strategy.ranges.map(({ from, to, shard }) => ({
        ...(from !== undefined && { from: text(from) }),
        ...(to !== undefined && { to: text(to) }),
        shard,
      }));
      return { type: 'range', ranges };
    }
    case 'directory':
      return { type: 'directory', newKeys: strategy.newKeys?.type ?? 'refuse' };
  }
}

function shardKeyOf({
  name,
  options: { shardKey },
}: StageStoreOf<'shardedPostgres'>): ShardedPostgresDefinition['shardKey'] {
  if (shardKey === undefined) throw new TypeError(`stores.${name} has no shard key, and its schema did not notice`);
  return typeof shardKey === 'string' ? { column: shardKey, type: 'bigint' } : shardKey;
}
