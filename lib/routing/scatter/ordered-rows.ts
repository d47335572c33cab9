import type { QueryResultRow } from '../../postgres';
import type { ShardAnswer } from './ask-shards';
import { notCombinable } from './not-combinable';
import { columnSql, exactText, type OrderColumn } from './order';
import { ORDERED_TYPE_NAMES, ORDERED_TYPES, type OrderedKey, type OrderedType } from './ordered-type';

/** A row with its place in an order. */
export interface OrderedRow {
  readonly shard: string;
  readonly row: QueryResultRow;
  /** The ordered columns as JSON shows them. */
  readonly texts: readonly (string | null)[];
  readonly keys: readonly (OrderedKey | null)[];
}

const ENCODING = 'polystore:encoding';
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
  const ordered = types.map((oid) => ORDERED_TYPES.get(oid) as OrderedType);
  const compare = rowComparison(order);
  let last: OrderedRow | undefined;
  return result.rows.map((answer) => {
    if (ENCODING in answer && answer[ENCODING] !== 'UTF8') throw otherEncoding(store, shard, String(answer[ENCODING]));
    const texts = order.map((_, index) => answer[sortColumn(index)] as string | null);
    const keys = texts.map((text, index) =>
      text === null ? null : ((ordered[index] as OrderedType).key(text) ?? null),
    );
    const unread = keys.findIndex((key, index) => key === null && texts[index] !== null);
    if (unread >= 0) throw unreadable(store, shard, (order[unread] as OrderColumn).column);
    const row = { shard, row: withoutSortColumns(answer, order.length), texts, keys };
    if (last && compare(last, row) > 0) throw otherOrder(store, shard, order);
    last = row;
    return row;
  });
}

/** PostgreSQL's order of rows; 0 where they are equal in every ordered column. */
export function rowComparison(
  order: readonly OrderColumn[],
): (a: Pick<OrderedRow, 'keys'>, b: Pick<OrderedRow, 'keys'>) => number {
  return (a, b) => {
    for (const [index, { direction, nulls }] of order.entries()) {
      const one = a.keys[index] ?? null;
      const other = b.keys[index] ?? null;
      if (one === null && other === null) continue;
      if (one === null || other === null) return (one === null) === (nulls === 'first') ? -1 : 1;
      const difference = one.compare(other);
      if (difference !== 0) return direction === 'asc' ? difference : -difference;
    }
    return 0;
  };
}

function withoutSortColumns(answer: QueryResultRow, columns: number): QueryResultRow {
  const row = { ...answer };
  for (let index = 0; index < columns; index++) delete row[sortColumn(index)];
  delete row[ENCODING];
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
