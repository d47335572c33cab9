import type { ShardKeyType, ShardKeyValue } from '../placement';
import type { Access } from '../topology';

/**
 * What a test router needs to know of a tier. A tier definition is one (`export default defineTier({ … })`); who does not have it at hand writes the
 * same by hand: `{ stores: { main: { kind: 'postgres' } } }`.
 *
 * Stages are not looked at: stores are as the tier itself says. Stores that are no PostgreSQL are left out.
 */
export interface TestTier {
  readonly name?: string;
  readonly stores: Readonly<Record<string, TestStore>>;
  readonly services?: Readonly<Record<string, TestService>> | undefined;
}

export interface TestStore {
  readonly kind: string;
  /** Of a store without shards: by name, or how many. One of them is enough to be refused a write by it. */
  readonly replicas?: number | Readonly<Record<string, unknown>>;
  readonly shardKey?: string | { readonly column: string; readonly type: ShardKeyType };
  readonly strategy?: TestStrategy;
  /** By name, or how many: `2` is short for `s0` and `s1`. */
  readonly shards?: number | Readonly<Record<string, TestShard>>;
}

export interface TestShard {
  readonly weight?: number;
  readonly state?: 'active' | 'draining';
}

export interface TestStrategy {
  readonly type: string;
  readonly ranges?: readonly {
    readonly from?: ShardKeyValue;
    readonly to?: ShardKeyValue;
    readonly shard: string;
  }[];
  /** Of a directory: by what a key is assigned that is new. */
  readonly newKeys?: { readonly type: 'hash' | 'leastLoaded' };
}

export interface TestService {
  readonly uses: Readonly<Record<string, Access | undefined>>;
}
