import { listNames } from '../../lib/smoke/list-names';

it.each([
  [[], ''],
  [['main'], 'main'],
  [['s0', 's1'], 's0, s1'],
  [['s0', 's1', 's2'], 's0–s2'],
  [['posts/s8', 'posts/s9', 'posts/s10'], 'posts/s8–s10'],
  [['s08', 's09', 's10'], 's08–s10'],
  [['s0', 's1', 's2', 's4', 'main', 's7', 's8', 's9'], 's0–s2, s4, main, s7–s9'],
  [['a/s0', 'b/s1', 'b/s2'], 'a/s0, b/s1, b/s2'],
  [['posts/s0/r1', 'posts/s1/r1', 'posts/s2/r1'], 'posts/s0/r1, posts/s1/r1, posts/s2/r1'],
  [['main as users', 'main as posts'], 'main as users, main as posts'],
])('%j', (names, text) => expect(listNames(names)).toBe(text));

it('counts what it leaves out by names, whether they stand in a range or not', () => {
  const names = ['main', 's0', 's1', 's2', 'posts', 'x7', 'x8'];
  expect(listNames(names, 2)).toBe('main, s0–s2, and 3 more');
  expect(listNames(names, 4)).toBe('main, s0–s2, posts, x7, and 1 more');
  expect(listNames(names, 5)).toBe('main, s0–s2, posts, x7, x8');
});
