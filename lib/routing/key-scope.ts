import { PolystoreError } from '../errors';
import type { ShardKeyValue } from '../placement';
import type { PgPoolClient } from '../postgres';

/** The one shard that a transaction runs on, and which keys belong into it. */
export interface KeyScope {
  readonly shard: string;
  /**
   * The client of the transaction, for a statement about another key.
   * @throws {PolystoreError} CROSS_SHARD where the key lies on another shard; KEY_INVALID. The transaction rolls back unless `work` catches it.
   */
  forKey(key: ShardKeyValue): PgPoolClient;
}

/** What a scope asks of its store. */
interface KeyOwners {
  readonly store: string;
  shardOf(key: ShardKeyValue): string;
}

/** The scope of a transaction that runs on `shard` over `client`. A key is judged by the shard map in use when it is asked for. */
export function keyScope(owners: KeyOwners, shard: string, client: PgPoolClient): KeyScope {
  return {
    shard,
    forKey: (key) => {
      const keyShard = owners.shardOf(key);
      if (keyShard === shard) return client;
      throw crossShard(owners.store, shard, keyShard);
    },
  };
}

/** The error of a key that lies on another shard than the transaction. */
export function crossShard(store: string, shard: string, keyShard: string): PolystoreError<'CROSS_SHARD'> {
  return new PolystoreError(
    'CROSS_SHARD',
    `store "${store}": the transaction runs on shard "${shard}", and the key lies on shard "${keyShard}"; a transaction has one shard`,
    {
      details: { store, shard, keyShard },
      next: 'Change keys of different shards in transactions of their own, or give what changes together the same shard key.',
    },
  );
}
