import type { Check } from '../../lib/smoke';
import type { CheckOutcome } from '../../lib/smoke/run-check';
import { withUnaffected } from '../../lib/smoke/unaffected';

const outcome = (status: CheckOutcome['status'], name: string): CheckOutcome => {
  const [subject = '', check = ''] = name.split(' ');
  return { status, subject, check, store: subject.split('/')[0], promise: '', durationMs: 1 } as CheckOutcome;
};
const failed = (name: string): CheckOutcome => outcome('failed', name);
const passed = (name: string): CheckOutcome => outcome('passed', name);

/** What the first outcome, a failure, leaves alone; `known` is what its own check knows. */
const unaffected = (outcomes: readonly CheckOutcome[], known?: Check['unaffected']): unknown => {
  const checks = outcomes.map(() => ({ ...(known && { unaffected: known }) }) as Check);
  return withUnaffected(checks, outcomes)[0];
};

it.each([
  [
    'the servers of the store that work',
    [
      failed('main refuses-strangers'),
      passed('main/primary takes-writes'),
      passed('main/r1 serves-reads'),
      failed('main/r2 serves-reads'),
      passed('carts takes-writes'),
    ],
    'reads and writes of primary, reads of r1',
  ],
  [
    'the other shards',
    [failed('posts/s1 rows-on-owner'), ...[0, 1, 2, 3].map((shard) => passed(`posts/s${shard} takes-writes`))],
    'reads and writes of s0, s2, s3',
  ],
  [
    'a store that has no servers',
    [failed('carts transacts'), passed('carts takes-writes')],
    'reads and writes of carts',
  ],
  [
    'other stores, where no server of this one works',
    [
      failed('main/primary takes-writes'),
      passed('main identity'),
      passed('carts takes-writes'),
      passed('posts/s0 takes-writes'),
    ],
    'stores carts, posts',
  ],
  [
    'many shards as ranges',
    [failed('posts as app'), ...[0, 1, 2, 3].map((shard) => passed(`posts/s${shard} takes-writes`))],
    'reads and writes of s0–s3',
  ],
  ['one other store', [failed('main/primary takes-writes'), passed('posts/s0 takes-writes')], 'store posts'],
  [
    'how much was proven, where nobody knows what works',
    [failed('posts shard-map'), passed('posts identity')],
    'what 1 other check of posts proved',
  ],
  ['nothing', [failed('main/primary takes-writes'), failed('main/r1 serves-reads')], 'nothing of main'],
])('names %s', (_what, outcomes, text) => expect(unaffected(outcomes)).toMatchObject({ unaffected: text }));

it('leaves it to the check where that knows better', () => {
  const outcomes = [failed('main/primary takes-writes'), passed('main/r1 serves-reads')];
  const known = (names: ReadonlySet<string>): string => [...names].join();
  expect(unaffected(outcomes, known)).toMatchObject({ unaffected: 'main/r1 serves-reads' });
});

it('says nothing of what did not fail', () => {
  const [first] = withUnaffected([], [passed('main/r1 serves-reads')]);
  expect(first).not.toHaveProperty('unaffected');
});
