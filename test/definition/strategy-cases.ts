import { withPosts } from './minimal-tier';
import type { RuleCase } from './rule-case';

const ranges = (...written: readonly object[]) => ({ strategy: { type: 'range', ranges: written } });
const byText = { shardKey: { column: 'name', type: 'text' } };

/** What can be wrong with how keys find their bucket. */
export const strategyCases: readonly RuleCase[] = [
  {
    rule: 'range-count',
    breaks: 'no range at all',
    input: withPosts(ranges()),
    path: 'stores.posts.strategy.ranges',
    message: 'got 0 ranges, allowed: 1–4096',
  },
  {
    rule: 'range-bounds',
    breaks: 'a gap',
    input: withPosts(ranges({ to: 1000, shard: 's0' }, { from: 1001, shard: 's1' })),
    path: 'stores.posts.strategy.ranges.1.from',
    message: 'got 1001, which leaves a gap from 1000, allowed: 1000, where the range before ends',
  },
  {
    rule: 'range-bounds',
    breaks: 'an overlap, of text by its bytes',
    input: withPosts({ ...byText, ...ranges({ to: '\u{1f600}', shard: 's0' }, { from: '\uffff', shard: 's1' }) }),
    path: 'stores.posts.strategy.ranges.1.from',
    message: 'got \uffff, which overlaps the range before, allowed: \u{1f600}, where the range before ends',
  },
  {
    rule: 'range-bounds',
    breaks: 'a range that holds nothing',
    input: withPosts(ranges({ from: 5, to: '5', shard: 's0' })),
    path: 'stores.posts.strategy.ranges.0.to',
    message: 'got 5, allowed: above from, 5',
  },
  {
    rule: 'range-bounds',
    breaks: 'an open end between two ranges',
    input: withPosts(ranges({ shard: 's0' }, { from: 5, shard: 's1' })),
    path: 'stores.posts.strategy.ranges.0.to',
    message: 'missing: only the last range may be open at its upper end',
  },
  {
    rule: 'range-bounds',
    breaks: 'a bound that is not of the key’s type',
    input: withPosts(ranges({ to: 'm', shard: 's0' }, { from: 5, shard: 's1' })),
    path: 'stores.posts.strategy.ranges.0.to',
    message:
      'got the string "m", allowed: a safe integer other than -0, a bigint in the range of int8, or a decimal string',
  },
  {
    rule: 'range-shard-exists',
    breaks: 'a misspelt shard',
    input: withPosts(ranges({ to: 5, shard: 's0' }, { from: 5, shard: 's11' })),
    path: 'stores.posts.strategy.ranges.1.shard',
    message: 'no shard "s11" in stage dev, did you mean "s1"?',
  },
  {
    rule: 'range-shard-exists',
    breaks: 'a shard that a stage does not have',
    input: withPosts(ranges({ to: 5, shard: 's0' }, { from: 5, shard: 's1' }), {
      stages: { dev: { profile: 'disposable', stores: { posts: { shards: { s0: {} } } } } },
    }),
    path: 'stores.posts.strategy.ranges.1.shard',
    message: 'no shard "s1" in stage dev, did you mean "s0"?',
  },
  {
    rule: 'range-shard-active',
    breaks: 'a draining shard',
    input: withPosts({
      shards: { s0: {}, s1: { state: 'draining' } },
      ...ranges({ to: 5, shard: 's0' }, { from: 5, shard: 's1' }),
    }),
    path: 'stores.posts.strategy.ranges.1.shard',
    message:
      'shard "s1" is draining, so it gets no keys when the shard map is first made: name an active shard; where the tier runs already, nothing moves',
  },
];

/** What is right with it. */
export const strategiesAccepted: Readonly<Record<string, unknown>> = {
  'one range that is open at both ends': withPosts(ranges({ shard: 's0' })),
  'ranges with closed ends, and a shard without any': withPosts(ranges({ from: 0, to: 1_000_000n, shard: 's0' })),
  'ranges of days': withPosts({
    shardKey: { column: 'day', type: 'date' },
    ...ranges({ to: '2026-01-01', shard: 's0' }, { from: '2026-01-01', shard: 's1' }),
  }),
  'ranges of moments, written in two zones': withPosts({
    shardKey: { column: 'at', type: 'timestamptz' },
    ...ranges({ to: '2026-01-01T00:00:00Z', shard: 's0' }, { from: '2026-01-01T01:00:00+01:00', shard: 's1' }),
  }),
  'a directory': withPosts({ strategy: { type: 'directory' } }),
  'a directory that fills shards evenly': withPosts({
    ...byText,
    strategy: { type: 'directory', newKeys: { type: 'leastLoaded' } },
  }),
  'a directory with a rule for new keys': withPosts({
    ...byText,
    strategy: { type: 'directory', newKeys: { type: 'hash', hash: 'postgres-extended-0' } },
  }),
};
