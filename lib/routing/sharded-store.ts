import { bucketFinder, type BucketFinder, type Placement, type ShardKeyValue } from '../placement';
import type { PgPoolClient } from '../postgres';
import type { KeyHandle, ShardedPostgresHandle } from './handles';
import { keyScope, type KeyScope } from './key-scope';
import { PlacedKey, type KeyPlaces } from './placed-key';
import { readPlacement, ShardSet, type ShardSetParts } from './shard-set';

/** A sharded store whose keys find their bucket by a function: by their hash, or by the range that holds them. */
export class ShardedStore extends ShardSet implements ShardedPostgresHandle, KeyPlaces<ShardKeyValue, KeyScope> {
  private find: BucketFinder;

  private constructor(parts: ShardSetParts, placement: Placement) {
    super(parts, placement);
    this.find = finderOf(placement);
  }

  /**
   * Reads the placement and checks it against the shards of the topology.
   * @throws {PolystoreError} UNKNOWN_SHARD, DOCUMENT_INVALID, DOCUMENT_MISSING
   */
  static async open(parts: ShardSetParts): Promise<ShardedStore> {
    return new ShardedStore(parts, await readPlacement(parts));
  }

  forKey(key: ShardKeyValue): KeyHandle {
    this.lifetime.check(this.store);
    return this.place(key);
  }

  shardOf(key: ShardKeyValue): string {
    this.lifetime.check(this.store);
    return this.ownerOf(this.find(key)).shard as string;
  }

  protected adopt(placement: Placement): void {
    this.find = finderOf(placement);
  }

  placeAgain(key: ShardKeyValue): Promise<PlacedKey<ShardKeyValue, KeyScope>> {
    return Promise.resolve(this.place(key));
  }

  scope(shard: string, client: PgPoolClient): KeyScope {
    return keyScope(this, shard, client);
  }

  private place(key: ShardKeyValue): PlacedKey<ShardKeyValue, KeyScope> {
    const bucket = this.find(key);
    return new PlacedKey(this, key, bucket, this.ownerOf(bucket));
  }
}

/** Who opens a store looks at its strategy first. */
function finderOf(placement: Placement): BucketFinder {
  const find = bucketFinder(placement);
  if (find) return find;
  throw new TypeError(`store "${placement.store}" finds its keys in a directory, and nobody noticed`);
}
