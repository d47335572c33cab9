import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ValkeyClient } from '../valkey';
import type { ValkeyHandle } from './valkey-handle';

export interface CacheAsideOptions {
  /** Put before each key, so that what is cached for one purpose is apart from all else. */
  readonly prefix: string;
  /** How long a value is kept at most. */
  readonly ttlSeconds: number;
  /** Share of that by which values expire sooner, each by another, so that what was cached together is not loaded together: in [0, 1). @default 0.1 */
  readonly jitter?: number;
  /** How long it is remembered that there is no such thing; 0 forgets at once. @default 30, or `ttlSeconds` where that is less */
  readonly missingTtlSeconds?: number;
  /**
   * How long others wait for whoever loads a value, in milliseconds; after that one of them loads it, for whom the others wait so long again, and for
   * nobody else.
   * @default 5000
   */
  readonly leaseMs?: number;
  /** Told of what goes wrong with the cache itself, while values are loaded past it. @default - nobody */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_JITTER = 0.1;
const DEFAULT_MISSING_TTL_SECONDS = 30;
const DEFAULT_LEASE_MS = 5_000;
/** How often those who wait for another process look, in milliseconds. */
const LOOK_EVERY_MS = 20;
/** What stands for a thing that is not there: no JSON. */
const MISSING = '-';

/** Takes the lease, unless somebody has it or has kept a value since it was looked for: that is what is answered then. */
const TAKE = `local kept = redis.call('get', KEYS[1])
if kept then return { kept } end
if redis.call('set', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
return 0`;

/** Keeps a value only for whoever still holds the lease: one that was invalidated meanwhile is old already. */
const STORE = `if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[2])
if tonumber(ARGV[3]) > 0 then redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** What is kept of a key: a value, or that there is none. */
interface Kept<V> {
  readonly value: V | undefined;
}

/** What is looked up; undefined where nobody has loaded it. */
type Found<V> = Kept<V> | undefined;

const kept = <V>(text: string): Kept<V> => ({ value: text === MISSING ? undefined : (JSON.parse(text) as V) });

/**
 * Values of a database, kept in a cache beside it. One load a key at a time, in this process and in all others; what is not there is remembered too;
 * a value that was read before a change and comes after it is not kept. Where the cache does not answer, values are loaded past it.
 *
 * Values are kept as JSON: what JSON does not hold, as dates, comes back as text.
 */
export class CacheAside<V> {
  private readonly loading = new Map<string, Promise<V | undefined>>();

  /** @throws {RangeError} for an option out of its range */
  constructor(
    private readonly cache: Pick<ValkeyHandle, 'client'>,
    private readonly options: CacheAsideOptions,
  ) {
    const { jitter = DEFAULT_JITTER, ttlSeconds } = options;
    if (!(ttlSeconds > 0)) throw new RangeError(`ttlSeconds must be in (0, ∞), got ${ttlSeconds}`);
    if (!(jitter >= 0 && jitter < 1)) throw new RangeError(`jitter must be in [0, 1), got ${jitter}`);
  }

  /** The value of a key, from the cache or by `load`, which gives undefined where there is none. Rejects as `load` does, and forgets it then. */
  get(key: string, load: () => Promise<V | undefined>): Promise<V | undefined> {
    const known = this.loading.get(key);
    if (known) return known;
    const value = this.lookUp(key, load).finally(() => {
      // After an invalidation somebody else's may stand there.
      if (this.loading.get(key) === value) this.loading.delete(key);
    });
    this.loading.set(key, value);
    return value;
  }

  /** Forgets what is kept of keys, and what is being loaded of them. Never rejects: see `onError`. */
  async invalidate(...keys: readonly string[]): Promise<void> {
    for (const key of keys) this.loading.delete(key);
    await this.orElse(undefined, (client) =>
      Promise.all(keys.map((key) => client.del(this.nameOf(key), this.leaseOf(key)))),
    );
  }

  /**
   * Runs `work`, which changes what is behind keys, and forgets them once it has ended: committed or not, since a COMMIT that was lost may
   * have been done.
   */
  async changing<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.invalidate(...keys);
    }
  }

  private async lookUp(key: string, load: () => Promise<V | undefined>): Promise<V | undefined> {
    const { leaseMs = DEFAULT_LEASE_MS } = this.options;
    const token = randomUUID();
    // For one who loads it and does not end, and for one more: each wait ends, however many give up.
    const until = performance.now() + 2 * leaseMs;
    for (;;) {
      const found = await this.orElse('down' as const, (client) => this.read(client, key));
      if (found === 'down') return load();
      if (found !== undefined) return found.value;
      const taken = await this.orElse('mine' as const, (client) => this.take(client, key, token, leaseMs));
      if (typeof taken === 'object') return taken.value;
      if (taken === 'mine' || performance.now() > until) return this.loadAndKeep(key, load, token);
      await delay(LOOK_EVERY_MS);
    }
  }

  private async loadAndKeep(key: string, load: () => Promise<V | undefined>, token: string): Promise<V | undefined> {
    let value: V | undefined;
    try {
      value = await load();
    } catch (error) {
      // Whoever waits may try at once.
      await this.orElse(undefined, (client) => client.eval(RELEASE, 1, this.leaseOf(key), token));
      throw error;
    }
    const [text, keptMs] =
      value === undefined ? [MISSING, this.missingTtlMs()] : [JSON.stringify(value), this.valueTtlMs()];
    await this.orElse(undefined, (client) =>
      client.eval(STORE, 2, this.nameOf(key), this.leaseOf(key), token, text, keptMs),
    );
    return value;
  }

  private async read(client: ValkeyClient, key: string): Promise<Found<V>> {
    const text = await client.get(this.nameOf(key));
    return text === null ? undefined : kept(text);
  }

  /** The right to load a value, or what somebody else has loaded. */
  private async take(
    client: ValkeyClient,
    key: string,
    token: string,
    leaseMs: number,
  ): Promise<Kept<V> | 'mine' | 'theirs'> {
    const taken = (await client.eval(TAKE, 2, this.nameOf(key), this.leaseOf(key), token, leaseMs)) as [string] | 0 | 1;
    if (typeof taken === 'object') return kept(taken[0]);
    return taken === 1 ? 'mine' : 'theirs';
  }

  private valueTtlMs(): number {
    const { ttlSeconds, jitter = DEFAULT_JITTER } = this.options;
    return Math.max(1, Math.round(ttlSeconds * 1000 * (1 - jitter * Math.random())));
  }

  private missingTtlMs(): number {
    const { ttlSeconds, missingTtlSeconds = Math.min(DEFAULT_MISSING_TTL_SECONDS, ttlSeconds) } = this.options;
    return Math.round(missingTtlSeconds * 1000);
  }

  /** One slot for both, so that a command may name them together. */
  private nameOf(key: string): string {
    return `{${this.options.prefix}:${key}}`;
  }

  private leaseOf(key: string): string {
    return `${this.nameOf(key)}:lease`;
  }

  /** What the cache answers; `otherwise` where it does not. A handle that is closed or refused is the caller's fault, and thrown. */
  private async orElse<T, O>(otherwise: O, ask: (client: ValkeyClient) => Promise<T>): Promise<T | O> {
    const client = this.cache.client();
    try {
      return await ask(client);
    } catch (error) {
      this.options.onError?.(error);
      return otherwise;
    }
  }
}
