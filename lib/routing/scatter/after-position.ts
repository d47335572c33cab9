import type { Position } from './cursor';
import { columnSql, type OrderColumn } from './order';
import { orderedType } from './ordered-rows';

/** Rows after a position: each of them meets exactly one of the conditions, whose parameters are among `values`. */
export interface RowsAfter {
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * The rows of `shard` that come after a position. Parameters are numbered on from `values`.
 *
 * A row comes after if some column does and all before it are equal. PostgreSQL can't use an index for that; a bound on the first column, which
 * says nothing new, lets it begin at the right place. It can't for one that may also be null, so those rows have a condition of their own.
 */
export function afterPosition(
  order: readonly OrderColumn[],
  types: readonly number[],
  position: Position,
  shard: string,
  values: readonly unknown[],
): RowsAfter {
  const parameters: unknown[] = [...values];
  const [first, ...others] = order.map((ordered, index) => {
    const text = position.texts[index] ?? null;
    if (text === null) return comparison(ordered, undefined);
    parameters.push(text);
    return comparison(ordered, `$${parameters.length}::${orderedType(types[index]).sql}`);
  });
  if (!first) throw new RangeError('an order needs at least one column, got none');
  const later = others.map(({ after, afterAsNull }, index) => {
    const before = [first, ...others.slice(0, index)].map(({ equal }) => equal);
    return [...before, afterAsNull ? `(${after} or ${afterAsNull})` : after].join(' and ');
  });
  // Equal rows come by name of shard: those of a later shard were not reached yet.
  const same = shard > position.shard ? [[first, ...others].map(({ equal }) => equal).join(' and ')] : [];
  const alternatives = [first.after, ...later, ...same].map((one) => `(${one})`).join(' or ');
  return {
    conditions: [`${first.notBefore} and (${alternatives})`, ...(first.afterAsNull ? [first.afterAsNull] : [])],
    values: parameters,
  };
}

interface Comparison {
  readonly equal: string;
  /** Of values that are not null. */
  readonly after: string;
  readonly notBefore: string;
  /** Undefined where nulls don't come after. */
  readonly afterAsNull: string | undefined;
}

/** How a column compares with a value, or with null where there is none. */
function comparison({ column, collate, direction, nulls }: OrderColumn, value: string | undefined): Comparison {
  const sql = columnSql(column, collate);
  // Without the collation, so that PostgreSQL sees where a column is never null.
  const isNull = `${columnSql(column)} is null`;
  if (value === undefined) {
    const after = nulls === 'first' ? `not (${isNull})` : 'false';
    return { equal: isNull, after, notBefore: nulls === 'first' ? 'true' : isNull, afterAsNull: undefined };
  }
  const operator = direction === 'asc' ? '>' : '<';
  return {
    equal: `${sql} = ${value}`,
    after: `${sql} ${operator} ${value}`,
    notBefore: `${sql} ${operator}= ${value}`,
    afterAsNull: nulls === 'last' ? isNull : undefined,
  };
}
