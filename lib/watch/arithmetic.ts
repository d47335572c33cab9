/** What a metric brought, period by period, the oldest first; undefined where it brought nothing. */
export type Values = readonly (number | undefined)[];

/** A number is the same at any time, and has no times of its own. */
type Operand = number | Values;

/**
 * Calculates an expression of metric math from what its metrics brought, all of them as long: numbers, names, `+ - * /`, parentheses, and
 * `FILL(name, REPEAT)`, which repeats the last value through a gap; nothing more.
 *
 * As CloudWatch does it, a value that is missing counts as 0 where the other side of an operator has one. There is none where both are missing, and
 * where something is divided by zero.
 * @throws {SyntaxError} on anything else
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (basic arithmetic functions, FILL)
 */
export function calculate(expression: string, series: Readonly<Record<string, Values>>): Values {
  const tokens = tokensOf(expression);
  let next = 0;
  const take = (...expected: readonly string[]): string | undefined =>
    expected.includes(tokens[next] ?? '') ? tokens[next++] : undefined;
  const refuse = (): never => {
    throw new SyntaxError(`${JSON.stringify(expression)} is no arithmetic of metrics: ${tokens[next] ?? 'its end'}`);
  };
  const demand = (token: string): unknown => take(token) ?? refuse();

  const name = (): Values => {
    const token = tokens[next] ?? '';
    if (!Object.hasOwn(series, token)) return refuse();
    next += 1;
    return series[token] as Values;
  };
  const factor = (): Operand => {
    if (take('-')) return each(factor(), (value) => -value);
    if (take('(')) {
      const inner = sum();
      demand(')');
      return inner;
    }
    if (take('FILL')) {
      demand('(');
      const filled = repeated(name());
      demand(',');
      demand('REPEAT');
      demand(')');
      return filled;
    }
    return /^\d/.test(tokens[next] ?? '') ? Number(tokens[next++]) : name();
  };
  const product = (): Operand => chain(factor, '*', '/');
  const sum = (): Operand => chain(product, '+', '-');
  const chain = (operand: () => Operand, ...operators: readonly Operator[]): Operand => {
    let result = operand();
    for (let operator = take(...operators); operator !== undefined; operator = take(...operators)) {
      result = combine(operator as Operator, result, operand());
    }
    return result;
  };

  const result = sum();
  // CloudWatch wants something with times.
  return next === tokens.length && typeof result !== 'number' ? result : refuse();
}

type Operator = '+' | '-' | '*' | '/';

function tokensOf(expression: string): readonly string[] {
  const tokens = expression.match(/\d+(?:\.\d+)?|[A-Za-z][A-Za-z0-9_]*|[-+*/(),]|\S/g) ?? [];
  return tokens;
}

function each(operand: Operand, change: (value: number) => number): Operand {
  if (typeof operand === 'number') return change(operand);
  return operand.map((value) => (value === undefined ? undefined : change(value)));
}

function combine(operator: Operator, left: Operand, right: Operand): Operand {
  if (typeof left === 'number') {
    return typeof right === 'number'
      ? (apply(operator, left, right) ?? refuseZero())
      : right.map((value) => (value === undefined ? undefined : apply(operator, left, value)));
  }
  return left.map((value, index) => {
    const other = typeof right === 'number' ? right : right[index];
    // A number alone makes no value at a time that has none.
    if (value === undefined && (other === undefined || typeof right === 'number')) return undefined;
    return apply(operator, value ?? 0, other ?? 0);
  });
}

/** It could be dropped from no time. */
function refuseZero(): never {
  throw new SyntaxError('a number is divided by the number 0');
}

function apply(operator: Operator, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? undefined : left / right;
  }
}

/** Gaps have the value before them. */
function repeated(values: Values): Values {
  let last: number | undefined;
  return values.map((value) => (last = value ?? last));
}
