import { PolystoreError } from '../errors';
import { bucketOf, bucketOnShard, BUCKET_COUNT, hash, keyReader, keyText } from '../placement';
import type { BucketId, CanonicalKey, Placement, ShardKeyType, ShardKeyValue, ShardMap } from '../placement';
import type { PgPoolClient, QueryResult, QueryResultRow } from '../postgres';
import { LONGEST_KEY_BYTES, requireKeyLength, type KeyDirectory } from '../sources';
import type { KeyDirectoryTopology } from '../topology';
import type {
  DirectoryKeyHandle,
  DirectoryPostgresHandle,
  DirectoryScope,
  KeyAssignment,
  KeyDestination,
} from './directory-handles';
import { requireAccess, type Grant } from './grant';
import { KeyCache, type KeyCacheOptions, type NewKeyRule } from './key-cache';
import { crossShard } from './key-scope';
import { LeastLoaded } from './least-loaded';
import { PlacedKey, type KeyPlaces } from './placed-key';
import { readPlacement, ShardSet, type ShardSetParts } from './shard-set';
import type { TransactionOptions } from './transaction-options';

export interface DirectoryParts extends ShardSetParts {
  readonly directory: KeyDirectory;
  readonly newKeys: KeyDirectoryTopology['newKeys'];
  readonly cache: KeyCacheOptions;
}

type Places = KeyPlaces<CanonicalKey, DirectoryScope>;
type Place = PlacedKey<CanonicalKey, DirectoryScope>;

/** A sharded store whose keys find their bucket in a directory. */
export class DirectoryStore extends ShardSet implements DirectoryPostgresHandle, Places {
  private readonly grant: Grant;
  private readonly directory: KeyDirectory;
  private readonly cache: KeyCache;
  private readonly readKey: (key: ShardKeyValue) => CanonicalKey;

  private constructor(parts: DirectoryParts, placement: Placement) {
    super(parts, placement);
    this.grant = parts.grant;
    this.directory = parts.directory;
    this.readKey = keyReader(placement.keyType);
    const { keyType } = placement;
    const rule = newKeyRule(parts, keyType, () => this.placement.shardMap);
    this.cache = new KeyCache(this.store, keyType, parts.directory, rule, parts.cache);
  }

  /**
   * Reads the placement and checks it against the shards of the topology.
   * @throws {PolystoreError} UNKNOWN_SHARD, DOCUMENT_INVALID, DOCUMENT_MISSING
   */
  static async open(parts: DirectoryParts): Promise<DirectoryStore> {
    return new DirectoryStore(parts, await readPlacement(parts));
  }

  forKey(key: ShardKeyValue): DirectoryKeyHandle {
    return new DirectoryKey(this, this.read(key));
  }

  cachedKey(key: ShardKeyValue): Place | undefined {
    const canonical = this.read(key);
    const bucket = this.cache.cached(canonical);
    return bucket === undefined ? undefined : this.place(canonical, bucket);
  }

  async shardOf(key: ShardKeyValue): Promise<string> {
    return (await this.locate(this.read(key))).shard;
  }

  async assignmentOf(key: ShardKeyValue): Promise<KeyAssignment | undefined> {
    const found = await this.directory.find(this.textOf(this.read(key)));
    return found && { ...found, shard: this.ownerOf(found.bucket).shard as string };
  }

  async assign(key: ShardKeyValue, to: KeyDestination, from?: KeyAssignment): Promise<KeyAssignment> {
    const canonical = this.read(key);
    requireAccess(this.grant, 'write');
    const bucket = this.bucketIn(canonical, to);
    this.cache.forget(canonical);
    const assigned = await this.directory.assign(this.textOf(canonical), bucket, from);
    this.cache.remember(canonical, bucket);
    return { ...assigned, shard: this.ownerOf(bucket).shard as string };
  }

  async unassign(key: ShardKeyValue, from: KeyAssignment): Promise<void> {
    const canonical = this.read(key);
    requireAccess(this.grant, 'write');
    this.cache.forget(canonical);
    await this.directory.remove(this.textOf(canonical), from);
    this.cache.forget(canonical);
  }

  /** The place of a key, from the cache where it is known. @throws {PolystoreError} KEY_UNKNOWN */
  async locate(key: CanonicalKey): Promise<Place> {
    return this.place(key, await this.cache.find(key));
  }

  placeAgain(key: CanonicalKey): Promise<Place> {
    // The key itself may have been assigned anew.
    this.cache.forget(key);
    return this.locate(key);
  }

  scope(shard: string, client: PgPoolClient): DirectoryScope {
    return {
      shard,
      forKey: async (key) => {
        const keyShard = await this.shardOf(key);
        if (keyShard === shard) return client;
        throw crossShard(this.store, shard, keyShard);
      },
    };
  }

  protected adopt(): void {
    // A key stays in its bucket: what is remembered of keys holds under every map.
  }

  private place(key: CanonicalKey, bucket: BucketId): Place {
    return new PlacedKey(this, key, bucket, this.ownerOf(bucket));
  }

  private read(key: ShardKeyValue): CanonicalKey {
    this.lifetime.check(this.store);
    const canonical = this.readKey(key);
    // Only text has any length; a character has three bytes at most.
    if (typeof canonical === 'string' && canonical.length * 3 > LONGEST_KEY_BYTES) requireKeyLength(canonical);
    return canonical;
  }

  /** A key as the directory has it. */
  private textOf(key: CanonicalKey): string {
    return keyText(this.placement.keyType, key);
  }

  private bucketIn(key: CanonicalKey, to: KeyDestination): BucketId {
    if ('bucket' in to) {
      if (Number.isInteger(to.bucket) && to.bucket >= 0 && to.bucket < BUCKET_COUNT) return to.bucket;
      throw new RangeError(`bucket must be in [0, ${BUCKET_COUNT}), got ${to.bucket}`);
    }
    const shard = this.clusterOf(to.shard).shard as string;
    const bucket = bucketOnShard(this.placement, shard, this.textOf(key));
    if (bucket === undefined) throw this.ownsNothing(shard);
    return bucket;
  }

  private ownsNothing(shard: string): PolystoreError<'UNKNOWN_SHARD'> {
    const known = this.shards().flatMap(({ shard: name }) => (name === undefined || name === shard ? [] : [name]));
    return new PolystoreError(
      'UNKNOWN_SHARD',
      `store "${this.store}": shard "${shard}" owns no bucket to put a key in`,
      {
        details: { store: this.store, shards: [shard], known },
        next: 'Move a bucket to the shard first, or assign the key to another one.',
      },
    );
  }
}

/** Who may only read assigns nothing. Where a key would be by its hash is known to everybody; where the fewest keys are, to who assigns it. */
function newKeyRule(
  { newKeys, grant, directory }: DirectoryParts,
  keyType: ShardKeyType,
  map: () => ShardMap,
): NewKeyRule {
  const mayAssign = grant.access === 'write';
  switch (newKeys) {
    case 'refuse':
      return { kind: 'refuse' };
    case 'hash':
      return mayAssign ? { kind: 'assign', choose: (text) => bucketOf(hash(), keyType, text) } : { kind: 'assume' };
    case 'leastLoaded': {
      if (!mayAssign) return { kind: 'refuse' };
      const leastLoaded = new LeastLoaded(directory, keyType, map);
      return { kind: 'assign', choose: (text) => leastLoaded.choose(text) };
    }
  }
}

/** A key on its way to its place. */
class DirectoryKey implements DirectoryKeyHandle {
  constructor(
    private readonly store: DirectoryStore,
    private readonly key: CanonicalKey,
  ) {}

  locate(): Promise<Place> {
    return this.store.locate(this.key);
  }

  async write<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    return (await this.locate()).write<R>(text, values);
  }

  async read<R extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    return (await this.locate()).read<R>(text, values, signal);
  }

  async transaction<T>(
    work: (client: PgPoolClient, scope: DirectoryScope) => Promise<T>,
    options?: TransactionOptions,
    signal?: AbortSignal,
  ): Promise<T> {
    return (await this.locate()).transaction(work, options, signal);
  }
}
