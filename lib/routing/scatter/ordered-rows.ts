import type { QueryResultRow } from '../../postgres';
import type { ShardAnswer } from './ask-shards';
import { notCombinable } from './not-combinable';
import { columnSql, exactText, type OrderColumn } from './order';
import { ORDERED_TYPE_NAMES, ORDERED_TYPES, type OrderedKey, type OrderedType } from './ordered-type';

/** A row with its place in an order. */
export interface OrderedRow {
  readonly shard: string;
  /** With the columns that make its place; {@link callersRow} is without. */
  readonly answer: QueryResultRow;
  /** The ordered columns as JSON shows them. */
  readonly texts: readonly (string | null)[];
  readonly keys: readonly (OrderedKey | null)[];
}

const ENCODING = 'polystore:encoding';
const OURS = /^polystore:/;
const sortColumn = (index: number): string => `polystore:${index}`;

/** Columns that a statement must select besides its own, so that {@link orderedRows} can read its answers. */
export const sortColumnsSql = (order: readonly OrderColumn[]): string =>
  [
    ...order.map(({ column }, index) => `${exactText(columnSql(column))} as "${sortColumn(index)}"`),
    ...(order.some(({ collate }) => collate) ? [`pg_catalog.getdatabaseencoding() as "${ENCODING}"`] : []),
  ].join(', ');

/**
 * The types of the ordered columns in an answer.
 * @throws {PolystoreError} NOT_COMBINABLE for a column that is not there, one whose order is not known, and text without COLLATE "C"
 */
export function orderTypes(store: string, order: readonly OrderColumn[], { result }: ShardAnswer): readonly number[] {
  return order.map(({ column, collate }) => {
    const found = result.fields.filter(({ name }) => name === column);
    if (found.length !== 1) {
      throw notCombinable(
        store,
        `the statement has ${found.length} columns of that name`,
        'Order by a column of its result.',
        column,
      );
    }
    const oid = found[0]?.dataTypeID as number;
    const type = ORDERED_TYPES.get(oid);
    if (!type) {
      const next = `Order by a column of type ${ORDERED_TYPE_NAMES}, or cast it to one in the statement.`;
      throw notCombinable(store, `the order of its type (OID ${oid}) is not known to the router`, next, column);
    }
    if (type.isText && collate === undefined) {
      throw notCombinable(
        store,
        'text has the order of its collation, which the router can only follow for "C"',
        `Say { collate: 'C' } with it.`,
        column,
      );
    }
    return oid;
  });
}

/**
 * The rows of one shard with their places.
 * @throws {PolystoreError} NOT_COMBINABLE where the shard's order is not the router's, so that no merge could be right
 */
export function orderedRows(
  store: string,
  order: readonly OrderColumn[],
  types: readonly number[],
  { shard, result }: ShardAnswer,
): readonly OrderedRow[] {
  const compare = rowComparison(order, types);
  const columns = order.map(({ column }, index) => ({
    column,
    name: sortColumn(index),
    key: orderedType(types[index]).key,
  }));
  const rows: OrderedRow[] = [];
  for (const answer of result.rows) {
    const encoding = answer[ENCODING] as string | undefined;
    if (encoding !== undefined && encoding !== 'UTF8') throw otherEncoding(store, shard, encoding);
    const texts: (string | null)[] = [];
    const keys: (OrderedKey | null)[] = [];
    for (const { column, name, key } of columns) {
      const text = answer[name] as string | null;
      const value = text === null ? null : key(text);
      if (value === undefined) throw unreadable(store, shard, column);
      texts.push(text);
      keys.push(value);
    }
    const row = { shard, answer, texts, keys };
    const last = rows.at(-1);
    if (last && compare(last, row) > 0) throw otherOrder(store, shard, order);
    rows.push(row);
  }
  return rows;
}

/** The order of an OID that {@link orderTypes} or a cursor has let pass. */
export const orderedType = (oid: number | undefined): OrderedType => ORDERED_TYPES.get(oid as number) as OrderedType;

/** PostgreSQL's order of rows; 0 where they are equal in every ordered column. */
export function rowComparison(
  order: readonly OrderColumn[],
  types: readonly number[],
): (a: Pick<OrderedRow, 'keys'>, b: Pick<OrderedRow, 'keys'>) => number {
  const columns = order.map(({ direction, nulls }, index) => ({
    compare: orderedType(types[index]).compare,
    sign: direction === 'asc' ? 1 : -1,
    ofNull: nulls === 'first' ? -1 : 1,
  }));
  return ({ keys: a }, { keys: b }) => {
    for (let index = 0; index < columns.length; index++) {
      const { compare, sign, ofNull } = columns[index] as (typeof columns)[number];
      const one = a[index] ?? null;
      const other = b[index] ?? null;
      if (one === null || other === null) {
        if (one === other) continue;
        return one === null ? ofNull : -ofNull;
      }
      const difference = compare(one, other);
      if (difference !== 0) return sign * difference;
    }
    return 0;
  };
}

/** The row as the caller's statement gave it. */
export function callersRow({ answer }: OrderedRow): QueryResultRow {
  const row: QueryResultRow = {};
  for (const name in answer) if (!OURS.test(name)) row[name] = answer[name] as unknown;
  return row;
}

const otherEncoding = (store: string, shard: string, encoding: string): Error =>
  notCombinable(
    store,
    `the database of shard "${shard}" is encoded in ${encoding}, whose order of bytes is not that of UTF8`,
    'Order by a column that is no text.',
  );

const unreadable = (store: string, shard: string, column: string): Error =>
  notCombinable(
    store,
    `shard "${shard}" wrote a value that the router can't read`,
    'Cast it in the statement.',
    column,
  );

const otherOrder = (store: string, shard: string, order: readonly OrderColumn[]): Error =>
  notCombinable(
    store,
    `shard "${shard}" sorts its rows by ${order.map(({ column }) => column).join(', ')} otherwise than the router does`,
    'Cast the columns in the statement to types that PostgreSQL brings along.',
  );
