/** How many rows, or values of a column. Made by {@link count}. */
export interface Count<Column extends string = string> {
  readonly kind: 'count';
  /** Undefined where rows are counted. */
  readonly column: Column | undefined;
}

/** Made by {@link sum} and {@link avg}. */
export interface Sum<Column extends string = string> {
  readonly kind: 'sum' | 'avg';
  readonly column: Column;
}

/** Made by {@link min} and {@link max}. */
export interface Extreme<Column extends string = string> {
  readonly kind: 'min' | 'max';
  readonly column: Column;
  readonly collate: 'C' | undefined;
}

/** An aggregate over the rows of all shards. */
export type Aggregate<Column extends string = string> = Count<Column> | Sum<Column> | Extreme<Column>;

/** How many rows there are; of a column, how many are not null. */
export const count = <Column extends string = never>(column?: Column): Count<Column> => ({ kind: 'count', column });

/** The exact sum of whole numbers or `numeric`, as text like pg's own `bigint` and `numeric`; null where every value is. */
export const sum = <Column extends string>(column: Column): Sum<Column> => ({ kind: 'sum', column });

/** What PostgreSQL's `avg` says of whole numbers or `numeric`, to the last digit; null where every value is. */
export const avg = <Column extends string>(column: Column): Sum<Column> => ({ kind: 'avg', column });

/** The least value; null where every value is. A column of text needs `{ collate: 'C' }`. */
export const min = <Column extends string>(
  column: Column,
  options: { readonly collate?: 'C' } = {},
): Extreme<Column> => ({
  kind: 'min',
  column,
  collate: options.collate,
});

/** The greatest value; null where every value is. A column of text needs `{ collate: 'C' }`. */
export const max = <Column extends string>(
  column: Column,
  options: { readonly collate?: 'C' } = {},
): Extreme<Column> => ({
  kind: 'max',
  column,
  collate: options.collate,
});
