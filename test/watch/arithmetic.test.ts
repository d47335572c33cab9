import fc from 'fast-check';
import { calculate } from '../../lib/watch';

/** One moment of a time series each. */
const at = (values: Readonly<Record<string, number | undefined>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

test.each([
  ['100 * open / allowed', { open: 40, allowed: 50 }, 80],
  ['a - b - c', { a: 10, b: 3, c: 2 }, 5],
  ['a - (b - c)', { a: 10, b: 3, c: 2 }, 9],
  ['a / b / c', { a: 24, b: 3, c: 2 }, 4],
  ['1.5 + -a * 2', { a: 3 }, -4.5],
])('%s', (expression, values, result) => {
  expect(calculate(expression, at(values as Readonly<Record<string, number>>))).toEqual([expect.closeTo(result)]);
});

describe('AWS: missing values in a time series are treated as 0, and what would be divided by zero is dropped', () => {
  test.each([
    ['a + b', { a: 1, b: undefined }, 1],
    ['a - b', { a: undefined, b: 2 }, -2],
    ['100 * a / b', { a: undefined, b: 50 }, 0],
    ['(a - b) / c', { a: undefined, b: undefined, c: 5 }, 0],
    ['c + a / b', { a: 1, b: 0, c: 7 }, 7],
  ])('%s of %p', (expression, values, result) => {
    expect(calculate(expression, at(values))).toEqual([result]);
  });

  test.each([
    ['a / b', { a: 1, b: 0 }],
    ['a / b', { a: 1, b: undefined }],
    ['a + b', { a: undefined, b: undefined }],
    ['5 * a', { a: undefined }],
    ['a - 5', { a: undefined }],
    ['-a', { a: undefined }],
    ['1 + a / b', { a: 0, b: 0 }],
  ])('%s of %p is none', (expression, values) => {
    expect(calculate(expression, at(values))).toEqual([undefined]);
  });
});

test('FILL repeats the last value through a gap, and knows nothing before the first', () => {
  const a = [undefined, 3, undefined, undefined, 5, undefined];
  expect(calculate('FILL(a, REPEAT)', { a })).toEqual([undefined, 3, 3, 3, 5, 5]);
  const b = [undefined, 4, 4, undefined, 10, 0];
  expect(calculate('100 * FILL(a, REPEAT) / b', { a, b })).toEqual([undefined, 75, 75, undefined, 50, undefined]);
});

test.each([
  ...['a +', '(a', 'a b', 'IF(a > 1, 1, 0)', 'a ^ 2', 'c', '', '1 + 1', 'a + 1 / 0'],
  ...['FILL(a, 0)', 'FILL(a)', 'FILL(a + b, REPEAT)', 'FILL a', 'FILL(a, REPEAT'],
])('%p is refused', (expression) => {
  expect(() => calculate(expression, { a: [1], b: [2] })).toThrow(SyntaxError);
});

test('it agrees with JavaScript on every expression of these operators', () => {
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a', 'b', '2', '0.5'),
      fc
        .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      // JavaScript goes on after a division by zero.
      fc.tuple(tie('expression'), fc.constantFrom('a', 'b', '2')).map(([left, right]) => `(${left} / ${right})`),
      fc
        .tuple(fc.constantFrom('a', 'b', '3'), fc.constantFrom('+', '-', '*'), tie('expression'))
        .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    ),
  }));
  fc.assert(
    fc.property(expression, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (text, a, b) => {
      const theirs: unknown = new Function('a', 'b', `return ${text}`)(a, b);
      // Of numbers alone CloudWatch makes no time series.
      fc.pre(/[ab]/.test(text));
      const [ours] = calculate(text, { a: [a], b: [b] });
      expect(ours).toBeCloseTo(theirs as number);
    }),
  );
});
