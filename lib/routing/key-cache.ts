import { LRUCache } from 'lru-cache';
import { isPolystoreError, PolystoreError } from '../errors';
import {
  bucketOf,
  describeKey,
  hash,
  keyText,
  type BucketId,
  type CanonicalKey,
  type ShardKeyType,
} from '../placement';
import type { KeyDirectory } from '../sources';
import { CoarseClock } from './coarse-clock';

/** How a router remembers what key directories say. */
export interface KeyCacheOptions {
  /** Keys remembered for each store; those that were not used for longest are forgotten first. @default 100000 */
  readonly max?: number;
  /**
   * How long a key's bucket is taken for true, in milliseconds, and up to a tenth of a second more. A key that is assigned anew elsewhere is
   * routed as before for so long, unless its shard refuses it.
   * @default 60000
   */
  readonly ttlMs?: number;
}

const DEFAULT_MAX = 100_000;
const DEFAULT_TTL_MS = 60_000;

/**
 * What becomes of a key that the directory does not know. `assign`: it is assigned to the bucket that is chosen for its text, for good. `assume`: it is
 * taken to be where its hash would have it assigned, for a second, by who may only read.
 */
export type NewKeyRule =
  | { readonly kind: 'refuse' | 'assume' }
  | { readonly kind: 'assign'; readonly choose: (text: string) => BucketId | Promise<BucketId> };

/** That a key is unknown is remembered for a second, and of so many keys: long enough that whoever asks for it in a loop asks the directory seldom. */
const UNKNOWN = { max: 10_000, ttl: 1_000 };

/** One hit in so many counts as use. Counting each would cost more than all the rest: it writes to the key's neighbours in the list. */
const COUNTED = 16;

interface Remembered {
  readonly bucket: BucketId;
  /** On the clock of {@link CoarseClock}. */
  readonly untilMs: number;
}

/**
 * The buckets of keys by a store's key directory, remembered. A key is asked for once however many wait for it, and its assignment by the rule for
 * new keys is a compare-and-set, so that two routers that meet it at once agree.
 */
export class KeyCache {
  private readonly known: LRUCache<CanonicalKey, Remembered>;
  private readonly ttlMs: number;
  private readonly clock = new CoarseClock();
  private hits = 0;
  private readonly unknown = new LRUCache<CanonicalKey, true>(UNKNOWN);
  private readonly asked = new Map<CanonicalKey, Promise<BucketId>>();

  constructor(
    private readonly store: string,
    private readonly keyType: ShardKeyType,
    private readonly directory: KeyDirectory,
    private readonly newKeys: NewKeyRule,
    { max = DEFAULT_MAX, ttlMs = DEFAULT_TTL_MS }: KeyCacheOptions = {},
  ) {
    if (!(Number.isInteger(max) && max > 0))
      throw new RangeError(`keyCache.max must be an integer above 0, got ${max}`);
    if (!(ttlMs >= 0)) throw new RangeError(`keyCache.ttlMs must be in [0, ∞), got ${ttlMs}`);
    this.known = new LRUCache({ max });
    this.ttlMs = ttlMs;
  }

  /** What is remembered of a key. */
  cached(key: CanonicalKey): BucketId | undefined {
    const { known, clock } = this;
    const found = ++this.hits % COUNTED === 0 ? known.get(key) : known.peek(key);
    return found !== undefined && clock.nowMs() < found.untilMs ? found.bucket : undefined;
  }

  /** @throws {PolystoreError} KEY_UNKNOWN */
  async find(key: CanonicalKey): Promise<BucketId> {
    const bucket = this.cached(key);
    if (bucket !== undefined) return bucket;
    if (this.unknown.get(key)) return this.whereUnknown(key);
    return this.asked.get(key) ?? this.ask(key);
  }

  /** An answer that is still on its way counts no more: it may be one of before. */
  remember(key: CanonicalKey, bucket: BucketId): void {
    this.asked.delete(key);
    this.keep(key, bucket);
  }

  /** Whoever asks next gets an answer of their own, and none that is still on its way. */
  forget(key: CanonicalKey): void {
    this.asked.delete(key);
    this.unknown.delete(key);
    this.known.delete(key);
  }

  private ask(key: CanonicalKey): Promise<BucketId> {
    const isNews = (): boolean => this.asked.get(key) === asked;
    const asked = this.lookUp(key, isNews).finally(() => {
      if (isNews()) this.asked.delete(key);
    });
    this.asked.set(key, asked);
    return asked;
  }

  /** `isNews` tells whether what was found may be remembered. */
  private async lookUp(key: CanonicalKey, isNews: () => boolean): Promise<BucketId> {
    const text = keyText(this.keyType, key);
    const bucket = (await this.directory.find(text))?.bucket ?? (await this.assignNew(text));
    if (bucket === undefined) {
      if (isNews()) this.unknown.set(key, true);
      return this.whereUnknown(key);
    }
    if (isNews()) this.keep(key, bucket);
    return bucket;
  }

  private keep(key: CanonicalKey, bucket: BucketId): void {
    this.unknown.delete(key);
    this.known.set(key, { bucket, untilMs: this.clock.nowMs() + this.ttlMs });
  }

  private async assignNew(text: string): Promise<BucketId | undefined> {
    if (this.newKeys.kind !== 'assign') return undefined;
    const bucket = await this.newKeys.choose(text);
    try {
      return (await this.directory.assign(text, bucket, undefined)).bucket;
    } catch (error) {
      if (!isPolystoreError(error, 'ASSIGNMENT_CONFLICT')) throw error;
      return (await this.directory.find(text))?.bucket;
    }
  }

  private whereUnknown(key: CanonicalKey): BucketId {
    const { store } = this;
    const text = keyText(this.keyType, key);
    if (this.newKeys.kind === 'assume') return bucketOf(hash(), this.keyType, text);
    const got = describeKey(text);
    throw new PolystoreError('KEY_UNKNOWN', `store "${store}": ${got} is assigned to no bucket; nothing was sent`, {
      details: { store, got },
      next: 'Assign it with assign(key, …) first, or give the directory a rule for new keys, as directory({ newKeys: leastLoaded() }).',
    });
  }
}
