import { quoteIdentifier } from '../../postgres';

export interface OrderOptions {
  /** Where nulls come. @default - as in PostgreSQL: last in ascending order, first in descending */
  readonly nulls?: 'first' | 'last';
  /**
   * The collation of a column of text, which must be named: only the order of bytes is the same in every database and in the router. An index
   * serves it if it was made with the same collation.
   * @default - none; for a column that is no text
   */
  readonly collate?: 'C';
}

/** One column of an order. Made by {@link asc} and {@link desc}. */
export interface OrderColumn<Column extends string = string> {
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last';
  readonly collate: 'C' | undefined;
}

/** Ascending by a column of the statement's result. */
export const asc = <Column extends string>(column: Column, options: OrderOptions = {}): OrderColumn<Column> => ({
  column,
  direction: 'asc',
  nulls: options.nulls ?? 'last',
  collate: options.collate,
});

/** Descending by a column of the statement's result. */
export const desc = <Column extends string>(column: Column, options: OrderOptions = {}): OrderColumn<Column> => ({
  column,
  direction: 'desc',
  nulls: options.nulls ?? 'first',
  collate: options.collate,
});

/** The relation that the caller's statement becomes in ours; the line break ends a comment that it may end with. */
export const ROWS = 'polystore_rows';
export const rowsOf = (text: string): string => `(${text}\n) as ${ROWS}`;

/** A column of the caller's statement, in its collation. */
export const columnSql = (column: string, collate?: 'C'): string =>
  `${ROWS}.${quoteIdentifier(column)}${collate === undefined ? '' : ' collate "C"'}`;

/** A value as JSON shows it, which is the same whatever a session's settings are. */
export const exactText = (sql: string): string => `to_jsonb(${sql}) #>> '{}'`;

export const orderBySql = (order: readonly OrderColumn[]): string =>
  order
    .map(({ column, collate, direction, nulls }) => `${columnSql(column, collate)} ${direction} nulls ${nulls}`)
    .join(', ');
