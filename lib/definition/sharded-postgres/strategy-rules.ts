import { BUCKET_COUNT, rangeFaults, type ShardKeyType } from '../../placement';
import { suggestion } from '../faults/nearest-name';
import { rule, storesOf } from '../rule';
import type { StageStoreOf } from '../stores/in-stage';
import { shardOptions } from '../stores/members';
import type { ShardRange } from './strategy';
import type { TierDraft } from '../tier-draft';

export const strategyRules = [
  rule({
    id: 'range-count',
    when: (draft) =>
      rangedStores(draft).flatMap(({ store, ranges }) =>
        ranges.length === 0 || ranges.length > BUCKET_COUNT
          ? [{ path: store.origin('strategy', 'ranges'), count: ranges.length }]
          : [],
      ),
    message: ({ count }) => `got ${count} ranges, allowed: 1–${BUCKET_COUNT}`,
  }),
  rule({
    id: 'range-bounds',
    when: (draft) =>
      rangedStores(draft).flatMap(({ store, keyType, ranges }) =>
        rangeFaults(keyType, ranges).map(({ index, end, message }) => ({
          path: store.origin('strategy', 'ranges', String(index), ...(end === undefined ? [] : [end])),
          message,
        })),
      ),
    message: ({ message }) => message,
  }),
  rule({
    id: 'range-shard-exists',
    when: (draft) =>
      rangedStores(draft).flatMap(({ store, ranges }) => {
        const known = Object.keys(shardOptions(store));
        if (known.length === 0) return [];
        return ranges.flatMap(({ shard }, index) =>
          known.includes(shard) ? [] : [{ path: shardPath(store, index), shard, known, stage: store.stage }],
        );
      }),
    message: ({ shard, known, stage }) => `no shard "${shard}" in stage ${stage}, ${suggestion(shard, known)}`,
  }),
  rule({
    id: 'range-shard-active',
    when: (draft) =>
      rangedStores(draft).flatMap(({ store, ranges }) => {
        const shards = shardOptions(store);
        return ranges.flatMap(({ shard }, index) =>
          shards[shard]?.state === 'draining' ? [{ path: shardPath(store, index), shard }] : [],
        );
      }),
    message: ({ shard }) =>
      `shard "${shard}" is draining, so it gets no keys when the shard map is first made: name an active shard; where the tier runs already, nothing moves`,
  }),
];

interface RangedStore {
  readonly store: StageStoreOf<'shardedPostgres'>;
  readonly keyType: ShardKeyType;
  readonly ranges: readonly ShardRange[];
}

/** Stores of strategy `range` whose options could be read. */
function rangedStores(draft: TierDraft): readonly RangedStore[] {
  return storesOf(draft, 'shardedPostgres').flatMap((store): RangedStore[] => {
    const { strategy, shardKey } = store.options;
    if (strategy?.type !== 'range' || strategy.ranges === undefined || shardKey === undefined) return [];
    const keyType = typeof shardKey === 'string' ? 'bigint' : shardKey.type;
    // exactOptionalPropertyTypes: an option that is written as undefined was not written.
    const ranges = strategy.ranges.map(({ from, to, shard }) => ({
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      shard,
    }));
    return keyType === undefined ? [] : [{ store, keyType, ranges }];
  });
}

const shardPath = (store: StageStoreOf<'shardedPostgres'>, index: number) =>
  store.origin('strategy', 'ranges', String(index), 'shard');
