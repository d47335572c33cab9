/**
 * Calculates an expression of metric math from the values of its metrics: numbers, names, `+ - * /` and parentheses, nothing more. No value where a
 * metric has none, or where something is divided by zero, as CloudWatch does it.
 * @throws {SyntaxError} on anything else
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function calculate(
  expression: string,
  values: Readonly<Record<string, number | undefined>>,
): number | undefined {
  const tokens = tokensOf(expression);
  let next = 0;
  const take = (...expected: readonly string[]): string | undefined =>
    expected.includes(tokens[next] ?? '') ? tokens[next++] : undefined;
  const refuse = (): never => {
    throw new SyntaxError(`${JSON.stringify(expression)} is no arithmetic of metrics: ${tokens[next] ?? 'its end'}`);
  };

  const factor = (): number | undefined => {
    if (take('-')) return opposite(factor());
    if (take('(')) {
      const inner = sum();
      return take(')') ? inner : refuse();
    }
    const token = tokens[next];
    if (token === undefined || /^[-+*/()]$/.test(token)) return refuse();
    next += 1;
    if (/^\d/.test(token)) return Number(token);
    return Object.hasOwn(values, token) ? values[token] : refuse();
  };
  const product = (): number | undefined => chain(factor, '*', '/');
  const sum = (): number | undefined => chain(product, '+', '-');
  const chain = (operand: () => number | undefined, ...operators: readonly Operator[]): number | undefined => {
    let result = operand();
    for (let operator = take(...operators); operator !== undefined; operator = take(...operators)) {
      result = apply(operator as Operator, result, operand());
    }
    return result;
  };

  const result = sum();
  return next === tokens.length ? result : refuse();
}

type Operator = '+' | '-' | '*' | '/';

function tokensOf(expression: string): readonly string[] {
  const tokens = expression.match(/\d+(?:\.\d+)?|[a-z][A-Za-z0-9_]*|[-+*/()]|\S/g) ?? [];
  return tokens;
}

const opposite = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value);

function apply(operator: Operator, left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return undefined;
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
