import { bucketOf, hash, type BucketId, type ShardKeyType, type ShardMap } from '../placement';
import { leastLoadedBucket } from '../placement/least-loaded';
import type { KeyDirectory } from '../sources';

/** How long a count of the directory is gone by, in milliseconds: counting reads all of it. */
const COUNT_TTL_MS = 60_000;

interface Count {
  readonly keys: Map<BucketId, number>;
  readonly untilMs: number;
}

/**
 * Chooses buckets for new keys where the fewest keys are. The directory is counted when the first new key comes, and again after a minute; in between
 * only what was chosen here is added, so that several routers fill shards evenly in the long run, and not to the key.
 */
export class LeastLoaded {
  private counting: Promise<Count> | undefined;

  /** `map` is the shard map in use. */
  constructor(
    private readonly directory: KeyDirectory,
    private readonly keyType: ShardKeyType,
    private readonly map: () => ShardMap,
  ) {}

  /** A bucket for the key with this text. What is chosen counts at once: whoever chooses meanwhile sees it. */
  async choose(text: string): Promise<BucketId> {
    const { keys } = await this.count();
    const bucket = leastLoadedBucket(this.map(), keys, bucketOf(hash(), this.keyType, text));
    keys.set(bucket, (keys.get(bucket) ?? 0) + 1);
    return bucket;
  }

  /** Counted once, however many wait for it. */
  private async count(): Promise<Count> {
    for (;;) {
      const counting = (this.counting ??= this.countAnew());
      const count = await counting;
      if (performance.now() < count.untilMs) return count;
      if (this.counting === counting) this.counting = undefined;
    }
  }

  private async countAnew(): Promise<Count> {
    try {
      const keys = await this.directory.countByBucket();
      return { keys: new Map(keys), untilMs: performance.now() + COUNT_TTL_MS };
    } catch (error) {
      this.counting = undefined;
      throw error;
    }
  }
}
