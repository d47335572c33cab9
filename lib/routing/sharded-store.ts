import { PolystoreError } from '../errors';
import {
  bucketFinder,
  countBuckets,
  isSameStrategy,
  type BucketFinder,
  type BucketId,
  type Placement,
  type ShardKeyValue,
} from '../placement';
import type { PgPool, PgPoolClient, QueryResult, QueryResultRow } from '../postgres';
import type { PlacementStore } from '../sources';
import type { Access, ShardedPostgresTopology } from '../topology';
import type { Cluster } from './cluster';
import type { Route } from './decide-route';
import type { KeyHandle, PostgresHandle, ShardedPostgresHandle } from './handles';
import { keyScope, type KeyScope } from './key-scope';
import type { Lifetime } from './lifetime';
import type { TransactionOptions } from './transaction-options';

/** A sharded store: its clusters by shard, and the placement that says which of them owns a key. */
export class ShardedStore implements ShardedPostgresHandle {
  readonly kind = 'shardedPostgres';
  /** The shard of each bucket: looked up once a map, not once a key. */
  private owners: readonly Cluster[];
  private find: BucketFinder;

  private constructor(
    readonly store: string,
    private readonly clusters: ReadonlyMap<string, Cluster>,
    private readonly source: PlacementStore,
    private readonly lifetime: Lifetime,
    private placement: Placement,
  ) {
    this.owners = this.ownersOf(placement);
    this.find = finderOf(placement);
  }

  /**
   * Reads the placement and checks it against the shards of the topology.
   * @throws {PolystoreError} UNKNOWN_SHARD, DOCUMENT_INVALID, DOCUMENT_MISSING
   */
  static async open(
    store: string,
    topology: ShardedPostgresTopology,
    clusters: ReadonlyMap<string, Cluster>,
    source: PlacementStore,
    lifetime: Lifetime,
  ): Promise<ShardedStore> {
    const placement = await source.read();
    if (placement.store !== store) throw mismatch(store, `is of store "${placement.store}"`);
    if (placement.keyType !== topology.shardKey.type) {
      throw mismatch(store, `places keys of type ${placement.keyType}, the topology says ${topology.shardKey.type}`);
    }
    return new ShardedStore(store, clusters, source, lifetime, placement);
  }

  get mapVersion(): number {
    return this.placement.shardMap.version;
  }

  forKey(key: ShardKeyValue): KeyHandle {
    this.lifetime.check(this.store);
    const bucket = this.bucketOf(key);
    return new PlacedKey(bucket, this.owners[bucket] as Cluster, this);
  }

  shardOf(key: ShardKeyValue): string {
    this.lifetime.check(this.store);
    return this.placement.shardMap.owners[this.bucketOf(key)] as string;
  }

  shard(name: string): PostgresHandle {
    this.lifetime.check(this.store);
    const cluster = this.clusters.get(name);
    if (cluster) return cluster;
    throw unknownShard(this.store, [name], [...this.clusters.keys()], 'Ask for one of the shards that exist.');
  }

  shards(): readonly PostgresHandle[] {
    this.lifetime.check(this.store);
    return [...this.clusters.values()];
  }

  async refreshPlacement(): Promise<void> {
    this.lifetime.check(this.store);
    const found = await this.source.read();
    const current = this.mapVersion;
    if (found.shardMap.version < current) throw stale(this.store, current, found.shardMap.version);
    const { store, keyType, strategy } = this.placement;
    if (found.store !== store || found.keyType !== keyType || !isSameStrategy(found.strategy, strategy)) {
      throw mismatch(this.store, 'has another strategy, key type or store than the one in use, which never change');
    }
    this.owners = this.ownersOf(found);
    this.find = finderOf(found);
    this.placement = found;
  }

  async close(): Promise<void> {
    await Promise.all([...this.clusters.values()].map((cluster) => cluster.close()));
  }

  private bucketOf(key: ShardKeyValue): BucketId {
    return this.find(key);
  }

  private ownersOf({ shardMap }: Placement): readonly Cluster[] {
    const known = [...this.clusters.keys()];
    const unknown = [...countBuckets(shardMap).keys()].filter((shard) => !this.clusters.has(shard));
    if (unknown.length > 0) {
      throw unknownShard(this.store, unknown, known, 'Deploy the missing shards, or move their buckets to others.');
    }
    return shardMap.owners.map((shard) => this.clusters.get(shard) as Cluster);
  }
}

function finderOf(placement: Placement): BucketFinder {
  const find = bucketFinder(placement);
  if (find) return find;
  throw mismatch(placement.store, 'is of strategy "directory", which this router can\'t follow yet');
}

/** One key's bucket and the cluster that owns it. */
class PlacedKey implements KeyHandle {
  constructor(
    readonly bucket: BucketId,
    private readonly cluster: Cluster,
    private readonly store: ShardedStore,
  ) {}

  get shard(): string {
    return this.cluster.shard as string;
  }

  write<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    return this.cluster.write<R>(text, values);
  }

  read<R extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    return this.cluster.read<R>(text, values, signal);
  }

  transaction<T>(
    work: (client: PgPoolClient, scope: KeyScope) => Promise<T>,
    options?: TransactionOptions,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.cluster.transaction(
      (client) => work(client, keyScope(this.store, this.shard, client)),
      options,
      signal,
    );
  }

  pool(): PgPool {
    return this.cluster.pool();
  }

  route(access: Access): Route {
    return this.cluster.route(access, this.bucket);
  }
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
