import fc from 'fast-check';
import { calculate } from '../../lib/watch';

test.each([
  ['100 * open / allowed', { open: 40, allowed: 50 }, 80],
  ['a - b - c', { a: 10, b: 3, c: 2 }, 5],
  ['a - (b - c)', { a: 10, b: 3, c: 2 }, 9],
  ['a / b / c', { a: 24, b: 3, c: 2 }, 4],
  ['1.5 + -a * 2', { a: 3 }, -4.5],
])('%s', (expression, values, result) => {
  expect(calculate(expression, values as Readonly<Record<string, number>>)).toBeCloseTo(result);
});

test('there is no value where a metric has none, and none where something is divided by zero', () => {
  expect(calculate('a + b', { a: 1, b: undefined })).toBeUndefined();
  expect(calculate('a / b', { a: 1, b: 0 })).toBeUndefined();
  expect(calculate('1 + a / b', { a: 0, b: 0 })).toBeUndefined();
});

test.each(['a +', '(a', 'a b', 'FILL(a, 0)', 'IF(a > 1, 1, 0)', 'a ^ 2', 'c', ''])('%p is refused', (expression) => {
  expect(() => calculate(expression, { a: 1, b: 2 })).toThrow(SyntaxError);
});

test('it agrees with JavaScript on every expression of these operators', () => {
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a', 'b', '2', '0.5'),
      fc
        .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/'), tie('expression'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(fc.constantFrom('a', 'b', '3'), fc.constantFrom('+', '-', '*'), tie('expression'))
        .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    ),
  }));
  fc.assert(
    fc.property(expression, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (text, a, b) => {
      const theirs: unknown = new Function('a', 'b', `return ${text}`)(a, b);
      fc.pre(Number.isFinite(theirs));
      const ours = calculate(text, { a, b });
      // JavaScript goes on after a division by zero.
      fc.pre(ours !== undefined);
      expect(ours).toBeCloseTo(theirs as number);
    }),
  );
});
