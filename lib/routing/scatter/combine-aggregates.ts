import type { PolystoreError } from '../../errors';
import type { Aggregate, Count, Extreme, Sum } from './aggregate';
import type { ShardAnswer } from './ask-shards';
import { addDecimals, averageOf, decimalText, parseDecimal, type Decimal } from './decimal';
import { notCombinable } from './not-combinable';
import { columnSql, exactText } from './order';
import { ORDERED_TYPE_NAMES, ORDERED_TYPES, type OrderedKey, type OrderedType } from './ordered-type';

/** What one shard said of one aggregate: the columns that {@link aggregateSql} made for it. */
interface Part {
  readonly shard: string;
  /** As pg reads it; of a least or greatest value only. */
  readonly value: unknown;
  readonly text: string | null;
  readonly type: number;
  /** Of an average: how many values it is of. */
  readonly count: bigint;
  /** Of text only. */
  readonly encoding: string | undefined;
}

type Names = Readonly<Record<keyof Omit<Part, 'shard'>, string>>;

/** Aggregates may be named as the caller likes; ours are numbered. */
const namesOf = (index: number): Names => ({
  value: `polystore:${index}:value`,
  text: `polystore:${index}:text`,
  type: `polystore:${index}:type`,
  count: `polystore:${index}:count`,
  encoding: `polystore:${index}:encoding`,
});

/** Exact columns for each aggregate: as text, so that no parser of the application's makes a rounded number of them. */
export const aggregatesSql = (aggregates: readonly Aggregate[]): string =>
  aggregates
    .flatMap((aggregate, index) =>
      Object.entries(partSql(aggregate)).map(([part, sql]) => `${sql} as "${namesOf(index)[part as keyof Names]}"`),
    )
    .join(', ');

function partSql(aggregate: Aggregate): Partial<Names> {
  if (aggregate.kind === 'count') {
    return { text: `count(${aggregate.column === undefined ? '*' : columnSql(aggregate.column)})::text` };
  }
  const column = columnSql(aggregate.column, 'collate' in aggregate ? aggregate.collate : undefined);
  if (aggregate.kind === 'min' || aggregate.kind === 'max') {
    const value = `${aggregate.kind}(${column})`;
    const encoding = aggregate.collate && { encoding: 'pg_catalog.getdatabaseencoding()' };
    return { value, text: exactText(value), ...encoding };
  }
  const total = `sum(${column})`;
  const type = `pg_typeof(${total})::oid::text`;
  return { text: `${total}::text`, type, ...(aggregate.kind === 'avg' && { count: `count(${column})::text` }) };
}

/**
 * What an aggregate is over all shards.
 * @throws {PolystoreError} NOT_COMBINABLE for a sum of anything but whole numbers and `numeric`, and for a value whose order is not known
 */
export function combineAggregate(
  store: string,
  aggregate: Aggregate,
  index: number,
  answers: readonly ShardAnswer[],
): unknown {
  const parts = answers.map((answer) => partOf(answer, namesOf(index)));
  switch (aggregate.kind) {
    case 'count':
      return combineCounts(aggregate, parts);
    case 'sum':
    case 'avg':
      return combineSums(store, aggregate, parts);
    case 'min':
    case 'max':
      return combineExtremes(store, aggregate, parts);
  }
}

function partOf({ shard, result: { rows, fields } }: ShardAnswer, names: Names): Part {
  const row = rows[0] ?? {};
  const type = row[names.type] as string | undefined;
  return {
    shard,
    value: row[names.value],
    text: (row[names.text] ?? null) as string | null,
    type: type === undefined ? (fields.find(({ name }) => name === names.value)?.dataTypeID ?? 0) : Number(type),
    count: BigInt((row[names.count] as string | undefined) ?? 0),
    encoding: row[names.encoding] as string | undefined,
  };
}

const combineCounts = (_aggregate: Count, parts: readonly Part[]): number =>
  parts.reduce((total, { text }) => total + Number(text), 0);

/** Sums of `smallint` and `integer` are `bigint`, of `bigint` and `numeric` they are `numeric`: exact, and in any order the same. */
const EXACT_SUMS: ReadonlySet<number> = new Set([20, 1700]);

function combineSums(store: string, { kind, column }: Sum, parts: readonly Part[]): string | null {
  const inexact = parts.find(({ type }) => !EXACT_SUMS.has(type));
  if (inexact) {
    throw notCombinable(
      store,
      `a sum of its type (the sum's OID is ${inexact.type}) depends on the order of the rows, or is none of plain numbers`,
      'Sum a column of whole numbers or numeric, or cast it to numeric in the statement.',
      column,
    );
  }
  const totals = parts.flatMap(({ text }) => (text === null ? [] : [readDecimal(store, column, text)]));
  const [first, ...others] = totals;
  if (!first) return null;
  const total = others.reduce(addDecimals, first);
  return decimalText(
    kind === 'sum'
      ? total
      : averageOf(
          total,
          parts.reduce((sum, part) => sum + part.count, 0n),
        ),
  );
}

function readDecimal(store: string, column: string, text: string): Decimal {
  const decimal = parseDecimal(text);
  if (decimal) return decimal;
  throw notCombinable(
    store,
    "a shard wrote a sum that the router can't read",
    'Cast it to numeric in the statement.',
    column,
  );
}

function combineExtremes(store: string, aggregate: Extreme, parts: readonly Part[]): unknown {
  let best: Extremum | undefined;
  for (const part of parts) {
    const found = extremeOf(store, aggregate, part);
    if (!found) continue;
    const difference = best ? found.compare(found.key, best.key) : 0;
    if (!best || (aggregate.kind === 'min' ? difference < 0 : difference > 0)) best = found;
  }
  return best?.value ?? null;
}

interface Extremum extends Pick<OrderedType, 'compare'> {
  readonly key: OrderedKey;
  readonly value: unknown;
}

function extremeOf(
  store: string,
  { column, collate }: Extreme,
  { shard, value, text, type, encoding }: Part,
): Extremum | undefined {
  const refuse = (why: string, next: string): PolystoreError => notCombinable(store, why, next, column);
  const ordered = ORDERED_TYPES.get(type);
  if (!ordered) {
    const next = `Take a column of type ${ORDERED_TYPE_NAMES}, or cast it to one in the statement.`;
    throw refuse(`the order of its type (OID ${type}) is not known to the router`, next);
  }
  if (ordered.isText && collate === undefined) {
    throw refuse(
      'text has the order of its collation, which the router can only follow for "C"',
      `Say { collate: 'C' } with it.`,
    );
  }
  if (encoding !== undefined && encoding !== 'UTF8') {
    throw refuse(`the database of shard "${shard}" is encoded in ${encoding}`, 'Take a column that is no text.');
  }
  if (text === null) return undefined;
  const key = ordered.key(text);
  if (key !== undefined) return { key, value, compare: ordered.compare };
  throw refuse(`shard "${shard}" wrote a value that the router can't read`, 'Cast it in the statement.');
}
