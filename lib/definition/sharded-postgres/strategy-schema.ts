import { z } from 'zod';
import { options, text } from '../shape/option';
import type { ByDirectory, ByRange, ShardRange } from './strategy';

const hashOptions = options('hash()', {
  type: z.literal('hash').meta({ allowed: 'hash()' }),
  hash: z.literal('postgres-extended-0').meta({ allowed: 'hash()' }),
});

/** What a key of the store's type is, only the rules know. */
const KEY = { allowed: 'a key: number, bigint or text' };
const key = z.union([z.string().meta(KEY), z.number().meta(KEY), z.bigint().meta(KEY)]).meta(KEY);

const rangeOptions = options('range({ ranges: [ … ] })', {
  type: z.literal('range').meta({ allowed: 'range({ … })' }),
  ranges: z
    .array(
      options('{ from: …, to: …, shard: … }', {
        from: key.optional(),
        to: key.optional(),
        shard: text('name of a shard'),
      } satisfies Record<keyof ShardRange, z.ZodType>),
    )
    .meta({ allowed: 'list of { from: …, to: …, shard: … }' }),
} satisfies Record<keyof ByRange, z.ZodType>);

const newKeys = z
  .discriminatedUnion('type', [
    hashOptions,
    options('leastLoaded()', { type: z.literal('leastLoaded').meta({ allowed: 'leastLoaded()' }) }),
  ])
  .meta({ allowed: 'hash() or leastLoaded()' });

const directoryOptions = options('directory({ newKeys: … })', {
  type: z.literal('directory').meta({ allowed: 'directory({ … })' }),
  newKeys: newKeys.optional(),
} satisfies Record<keyof ByDirectory, z.ZodType>);

/** What may be written as the strategy of a store of kind `shardedPostgres`. */
export const strategyOptions = z
  .discriminatedUnion('type', [hashOptions, rangeOptions, directoryOptions])
  .meta({ allowed: 'hash(), range({ ranges: [ … ] }) or directory({ … })' });
