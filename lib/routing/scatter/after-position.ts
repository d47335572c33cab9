import type { Statement } from './ask-shards';
import type { Position } from './cursor';
import { columnSql, type OrderColumn } from './order';
import { ORDERED_TYPES, type OrderedType } from './ordered-type';

/**
 * The condition for rows of `shard` that come after a position. Its values are parameters, numbered on from `values`.
 *
 * A row comes after if some column does and all before it are equal. PostgreSQL can't use an index for that; the bound on the first column,
 * which says nothing new, lets it begin at the right place.
 */
export function afterPosition(
  order: readonly OrderColumn[],
  types: readonly number[],
  position: Position,
  shard: string,
  values: readonly unknown[],
): Statement {
  const parameters: unknown[] = [...values];
  const columns = order.map((ordered, index) => {
    const text = position.texts[index] ?? null;
    if (text === null) return comparison(ordered, undefined);
    parameters.push(text);
    const { sql } = ORDERED_TYPES.get(types[index] as number) as OrderedType;
    return comparison(ordered, `$${parameters.length}::${sql}`);
  });
  const alternatives = columns.map(({ after }, index) =>
    [...columns.slice(0, index).map(({ equal }) => equal), after].join(' and '),
  );
  // Equal rows come by name of shard: those of a later shard were not reached yet.
  if (shard > position.shard) alternatives.push(columns.map(({ equal }) => equal).join(' and '));
  const bound = columns[0]?.notBefore ?? 'true';
  return { text: `${bound} and (${alternatives.map((one) => `(${one})`).join(' or ')})`, values: parameters };
}

interface Comparison {
  readonly equal: string;
  readonly after: string;
  readonly notBefore: string;
}

/** How a column compares with a value, or with null where there is none. */
function comparison({ column, collate, direction, nulls }: OrderColumn, value: string | undefined): Comparison {
  const sql = columnSql(column, collate);
  if (value === undefined) {
    return nulls === 'first'
      ? { equal: `${sql} is null`, after: `${sql} is not null`, notBefore: 'true' }
      : { equal: `${sql} is null`, after: 'false', notBefore: `${sql} is null` };
  }
  const operator = direction === 'asc' ? '>' : '<';
  const orNull = (condition: string): string => (nulls === 'last' ? `(${condition} or ${sql} is null)` : condition);
  return {
    equal: `${sql} = ${value}`,
    after: orNull(`${sql} ${operator} ${value}`),
    notBefore: orNull(`${sql} ${operator}= ${value}`),
  };
}
