import { PolystoreError } from '../errors';
import {
  bucketFinder,
  canonicalKey,
  countBuckets,
  describeKey,
  keyText,
  rangesOf,
  type BucketId,
  type PlacedRange,
  type Placement,
  type PlacementStrategy,
  type ShardKeyType,
  type ShardKeyValue,
} from '../placement';
import type { Topology } from '../topology';
import { requireKeyLength, type KeyDirectory } from './key-directory';
import { openKeyDirectory } from './open-key-directory';
import { openPlacement } from './open-placement';
import type { PlacementStore } from './placement-store';

/** A sharded store with the run-time records that say where its keys are. */
export interface PlacedStore {
  readonly store: string;
  /** Names of the shards by the topology. */
  readonly shards: readonly string[];
  readonly placement: PlacementStore;
  /** Of strategy `directory` only. */
  readonly directory?: KeyDirectory;
}

/** Where a key is. */
export interface KeyPlace {
  readonly bucket: BucketId;
  readonly shard: string;
}

/** What is to be seen of a placement. */
export interface PlacementOverview {
  readonly store: string;
  readonly strategy: PlacementStrategy['type'];
  readonly keyType: ShardKeyType;
  /** Version of the shard map. */
  readonly version: number;
  readonly shards: readonly ShardShare[];
  /** Of strategy `range` only, in the order of their keys. */
  readonly ranges?: readonly PlacedRange[];
}

export interface ShardShare {
  readonly shard: string;
  readonly buckets: number;
  /** Of strategy `directory` only: how many keys are assigned to it. */
  readonly keys?: number;
  /** The topology has no such shard: no router opens the store. */
  readonly isMissing?: true;
}

/** Every sharded store of a topology. Opens nothing. */
export function placedStoresOf({ stores }: Topology): readonly PlacedStore[] {
  return Object.entries(stores).flatMap(([store, topology]): readonly PlacedStore[] => {
    if (topology.kind !== 'shardedPostgres') return [];
    const { shards, placement, keyDirectory } = topology;
    return [
      {
        store,
        shards: Object.keys(shards),
        placement: openPlacement(store, placement),
        ...(keyDirectory && { directory: openKeyDirectory(store, keyDirectory.location) }),
      },
    ];
  });
}

/** Reads a placement, and of a key directory all of it. @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID */
export async function viewPlacement({ store, shards, placement, directory }: PlacedStore): Promise<PlacementOverview> {
  const [found, keys] = await Promise.all([placement.read(), directory?.countByBucket()]);
  const { strategy, keyType, shardMap } = found;
  const buckets = countBuckets(shardMap);
  const keysOn = new Map<string, number>();
  for (const [bucket, count] of keys ?? []) {
    const owner = shardMap.owners[bucket] as string;
    keysOn.set(owner, (keysOn.get(owner) ?? 0) + count);
  }
  return {
    store,
    strategy: strategy.type,
    keyType,
    version: shardMap.version,
    // A shard that is new owns none; one that has left the topology may own some.
    shards: [...new Set([...shards, ...buckets.keys()])].map((shard) => ({
      shard,
      buckets: buckets.get(shard) ?? 0,
      ...(keys && { keys: keysOn.get(shard) ?? 0 }),
      ...(!shards.includes(shard) && { isMissing: true }),
    })),
    ...(shardMap.ranges && { ranges: rangesOf(found) }),
  };
}

/**
 * Where a key is by the records as they stand now.
 * @throws {PolystoreError} KEY_INVALID, KEY_OUT_OF_RANGE, KEY_UNKNOWN where the key directory does not have it, DOCUMENT_MISSING, DOCUMENT_INVALID
 */
export async function findKey({ store, placement, directory }: PlacedStore, key: ShardKeyValue): Promise<KeyPlace> {
  const found = await placement.read();
  const find = bucketFinder(found);
  if (find) return placeOf(found, find(key));
  const text = directoryKey(found, key);
  const assignment = await directory?.find(text);
  if (assignment) return placeOf(found, assignment.bucket);
  throw new PolystoreError('KEY_UNKNOWN', `store "${store}": ${describeKey(text)} is assigned to no bucket`, {
    details: { store, got: describeKey(text) },
    next: `Assign it: npx polystore placement assign <key> --store ${store} --shard <name>.`,
  });
}

/** A bucket with its owner. */
export const placeOf = ({ shardMap }: Placement, bucket: BucketId): KeyPlace => ({
  bucket,
  shard: shardMap.owners[bucket] as string,
});

/** A key as a key directory has it. @throws {PolystoreError} KEY_INVALID */
export function directoryKey({ keyType }: Placement, key: ShardKeyValue): string {
  const text = keyText(keyType, canonicalKey(keyType, key));
  requireKeyLength(text);
  return text;
}
