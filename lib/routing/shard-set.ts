import { isPolystoreError, PolystoreError } from '../errors';
import { countBuckets, isSameStrategy, type BucketId, type Placement, type ShardMap } from '../placement';
import type { QueryResultRow } from '../postgres';
import type { PlacementStore } from '../sources';
import type { ShardedPostgresTopology } from '../topology';
import type { Cluster } from './cluster';
import type { Grant } from './grant';
import type { PostgresHandle } from './handles';
import type { Lifetime } from './lifetime';
import type { EventHub } from './router-events';
import { ShardScatter, type Scatter, type ScatterOptions } from './scatter';
import type { SessionScope } from './session-state';

/** What a sharded store is opened with. */
export interface ShardSetParts {
  readonly grant: Grant;
  readonly topology: ShardedPostgresTopology;
  /** By shard. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly source: PlacementStore;
  readonly lifetime: Lifetime;
  readonly sessions: SessionScope;
  readonly events: EventHub;
}

/** The clusters of a sharded store, and the placement in use: whose is which bucket. How a key finds its bucket is for each strategy to say. */
export abstract class ShardSet {
  readonly kind = 'shardedPostgres';
  readonly store: string;
  protected readonly lifetime: Lifetime;
  readonly sessions: SessionScope;
  private readonly events: EventHub;
  private readonly clusters: ReadonlyMap<string, Cluster>;
  private readonly source: PlacementStore;
  private current: Placement;
  /** The shard of each bucket: looked up once a map, not once a key. */
  private owners: readonly Cluster[];
  private refreshing: Promise<void> | undefined;

  /** @throws {PolystoreError} UNKNOWN_SHARD */
  protected constructor({ grant, clusters, source, lifetime, sessions, events }: ShardSetParts, placement: Placement) {
    this.store = grant.store;
    this.clusters = clusters;
    this.source = source;
    this.lifetime = lifetime;
    this.sessions = sessions;
    this.events = events;
    this.current = placement;
    this.owners = this.ownersOf(placement);
  }

  get mapVersion(): number {
    return this.current.shardMap.version;
  }

  /** @throws {PolystoreError} UNKNOWN_SHARD */
  shard(name: string): PostgresHandle {
    return this.clusterOf(name);
  }

  shards(): readonly PostgresHandle[] {
    this.lifetime.check(this.store);
    return [...this.clusters.values()];
  }

  scatter<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    options: ScatterOptions = {},
    signal?: AbortSignal,
  ): Scatter<Row> {
    this.lifetime.check(this.store);
    const shards = owningShards(this.current.shardMap).map((shard) => ({
      shard,
      read: (sql: string, parameters: readonly unknown[], ended: AbortSignal) =>
        this.clusterOf(shard).read(sql, parameters, ended),
    }));
    return new ShardScatter<Row>(this.store, shards, { text, values }, options, signal);
  }

  /** One refresh at a time: whoever asks meanwhile waits for the one that runs. */
  async refreshPlacement(): Promise<void> {
    this.lifetime.check(this.store);
    this.refreshing ??= this.readPlacement().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  async close(): Promise<void> {
    await Promise.all([...this.clusters.values()].map((cluster) => cluster.close()));
  }

  /** The cluster that owns a bucket of the map in use. */
  ownerOf(bucket: BucketId): Cluster {
    return this.owners[bucket] as Cluster;
  }

  /** After a shard refused a bucket: the placement read again, or the reason why the one in use has to do. */
  async afterRefusal(): Promise<unknown> {
    try {
      // One that runs already may have begun before the bucket was given away.
      await this.refreshing?.catch(() => undefined);
      await this.refreshPlacement();
      return undefined;
    } catch (error) {
      if (isPolystoreError(error, 'HANDLE_CLOSED')) throw error;
      return error;
    }
  }

  protected get placement(): Placement {
    return this.current;
  }

  protected clusterOf(name: string): Cluster {
    this.lifetime.check(this.store);
    const cluster = this.clusters.get(name);
    if (cluster) return cluster;
    throw unknownShard(this.store, [name], [...this.clusters.keys()], 'Ask for one of the shards that exist.');
  }

  /** Called with each placement that comes into use after the first. */
  protected abstract adopt(placement: Placement): void;

  private async readPlacement(): Promise<void> {
    const found = await this.source.read();
    if (found.shardMap.version < this.mapVersion) throw stale(this.store, this.mapVersion, found.shardMap.version);
    const { store, keyType, strategy } = this.current;
    if (found.store !== store || found.keyType !== keyType || !isSameStrategy(found.strategy, strategy)) {
      throw mismatch(this.store, 'has another strategy, key type or store than the one in use, which never change');
    }
    const from = this.mapVersion;
    this.owners = this.ownersOf(found);
    this.current = found;
    this.adopt(found);
    if (this.mapVersion !== from) this.events.emit('mapRefresh', { store, from, to: this.mapVersion });
  }

  private ownersOf({ shardMap }: Placement): readonly Cluster[] {
    const unknown = [...countBuckets(shardMap).keys()].filter((shard) => !this.clusters.has(shard));
    if (unknown.length > 0) {
      const known = [...this.clusters.keys()];
      throw unknownShard(this.store, unknown, known, 'Deploy the missing shards, or move their buckets to others.');
    }
    return shardMap.owners.map((shard) => this.clusters.get(shard) as Cluster);
  }
}

const owning = new WeakMap<ShardMap, readonly string[]>();

/** Shards that own buckets, in the order of their names; looked up once a map. */
function owningShards(map: ShardMap): readonly string[] {
  const known = owning.get(map) ?? [...countBuckets(map).keys()].sort();
  owning.set(map, known);
  return known;
}

/**
 * Reads a placement and checks that it is of the store.
 * @throws {PolystoreError} DOCUMENT_INVALID, DOCUMENT_MISSING
 */
export async function readPlacement({ grant: { store }, topology, source }: ShardSetParts): Promise<Placement> {
  const placement = await source.read();
  if (placement.store !== store) throw mismatch(store, `is of store "${placement.store}"`);
  if (placement.keyType !== topology.shardKey.type) {
    throw mismatch(store, `places keys of type ${placement.keyType}, the topology says ${topology.shardKey.type}`);
  }
  if ((placement.strategy.type === 'directory') !== (topology.keyDirectory !== undefined)) {
    const says = topology.keyDirectory ? 'names a key directory' : 'names no key directory';
    throw mismatch(store, `is of strategy "${placement.strategy.type}", the topology ${says}`);
  }
  return placement;
}

function unknownShard(
  store: string,
  shards: readonly string[],
  known: readonly string[],
  next: string,
): PolystoreError<'UNKNOWN_SHARD'> {
  const names = shards.map((shard) => `"${shard}"`).join(', ');
  return new PolystoreError(
    'UNKNOWN_SHARD',
    `store "${store}": the topology has no shard ${names}; it has ${known.join(', ') || 'none'}`,
    { details: { store, shards, known }, next },
  );
}

function stale(store: string, current: number, seen: number): PolystoreError<'SHARD_MAP_STALE'> {
  return new PolystoreError(
    'SHARD_MAP_STALE',
    `store "${store}": the placement that was read has shard map version ${seen}, version ${current} is in use already`,
    {
      details: { store, seen, current },
      retryable: true,
      next: 'Nothing changed here. If it persists, the placement was restored from a backup: open the router again.',
    },
  );
}

const mismatch = (store: string, why: string): PolystoreError<'DOCUMENT_INVALID'> =>
  new PolystoreError('DOCUMENT_INVALID', `the placement of store "${store}" ${why}`, {
    details: { document: `placement of ${store}` },
    next: 'Topology and placement belong to different tiers: check where the topology points.',
  });
