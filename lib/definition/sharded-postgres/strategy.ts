import type { HashStrategy } from '../../placement';

/** A key as a tier file writes it: a number, or text as PostgreSQL writes the type of the shard key (`'2026-01-31'`). */
export type WrittenKey = string | number | bigint;

/** A range of keys, and the shard that has it when the shard map is first made. */
export interface ShardRange {
  /** The first key of the range. @default - open: every key below `to`; for the first range only */
  readonly from?: WrittenKey;
  /** The first key beyond the range: where the next one begins. @default - open: every key from `from` on; for the last range only */
  readonly to?: WrittenKey;
  /** Name of the shard. */
  readonly shard: string;
}

export interface RangeOptions {
  /**
   * In the order of their keys, each from where the one before ends; 1 to 4096. A key outside all of them is an error, so leave the ends open where
   * any key may come. What is written here is the first shard map: a range is split, and moved, while the tier runs.
   */
  readonly ranges: readonly ShardRange[];
}

/** Keys that follow each other lie together. */
export interface ByRange extends RangeOptions {
  readonly type: 'range';
}

export interface DirectoryOptions {
  /**
   * What becomes of a key that the directory does not know. `hash()`: it is assigned, for good, to the bucket of its hash. `leastLoaded()`: to the shard
   * that has the fewest keys for its weight. Who may only read assigns no key: by `hash()` it looks where the key would be, by `leastLoaded()` a key
   * that nobody has written yet is an error to it.
   * @default - it is an error: somebody assigns every key
   */
  readonly newKeys?: HashStrategy | LeastLoaded;
}

/** New keys go where the fewest are. */
export interface LeastLoaded {
  readonly type: 'leastLoaded';
}

/** Where each key lies is written down, key by key. */
export interface ByDirectory extends DirectoryOptions {
  readonly type: 'directory';
}

/** How keys find their bucket. */
export type Strategy = HashStrategy | ByRange | ByDirectory;

/** A range with its bounds in the one form that their type has. */
export interface ShardRangeDefinition {
  readonly from?: string;
  readonly to?: string;
  readonly shard: string;
}

export type StrategyDefinition =
  | HashStrategy
  | { readonly type: 'range'; readonly ranges: readonly ShardRangeDefinition[] }
  | { readonly type: 'directory'; readonly newKeys: 'refuse' | 'hash' | 'leastLoaded' };

/**
 * Places a row by the range that holds its key: `range({ ranges: [{ to: 1000, shard: 's0' }, { from: 1000, shard: 's1' }] })`. For keys that are
 * read together, as the days of a month are. Keys that grow with time put all new rows on one shard.
 */
export function range(options: RangeOptions): ByRange {
  return { ...options, type: 'range' };
}

/**
 * Places a row by what its key is assigned to, in a directory that is read and changed while the tier runs. For keys that are few, or of which some
 * need a place of their own, as tenants do.
 */
export function directory(options: DirectoryOptions = {}): ByDirectory {
  return { ...options, type: 'directory' };
}

/**
 * Assigns a new key to the shard that has the fewest keys for each bucket that it owns: few keys, as tenants are, lie evenly then, which a hash does only for
 * many, and a shard that was added fills first. It is for directories that are small enough to be counted: a router that meets a new key counts all
 * assignments, at most once a minute.
 */
export function leastLoaded(): LeastLoaded {
  return { type: 'leastLoaded' };
}
