import type { QueryResultRow } from '../../postgres';
import type { Aggregate, Count, Extreme, Sum } from './aggregate';
import {
  askShards,
  checkInteger,
  type MissingShard,
  type ReadableShard,
  type ScatterOptions,
  type ShardAnswers,
  type Statement,
} from './ask-shards';
import { aggregatesSql, combineAggregate } from './combine-aggregates';
import { decodeCursor, encodeCursor, pagesOf } from './cursor';
import { rowsOf, type OrderColumn } from './order';
import { callersRow } from './ordered-rows';
import { cutPage, firstRowsSql, mergedRows, placeOf } from './page';
import { checkSameColumns } from './same-columns';

/** Names of a row's columns. */
export type ColumnOf<Row> = Extract<keyof Row, string>;

/** Names of a row's columns that hold numbers; `bigint` and `numeric` are strings in pg. */
export type NumberColumnOf<Row> = {
  [Column in ColumnOf<Row>]: NonNullable<Row[Column]> extends string | number | bigint ? Column : never;
}[ColumnOf<Row>];

export type AggregateOf<Row> = Count<ColumnOf<Row>> | Sum<NumberColumnOf<Row>> | Extreme<ColumnOf<Row>>;

/** What an aggregate comes to. */
export type Aggregated<Row, A> =
  A extends Extreme<infer Column>
    ? Column extends keyof Row
      ? Row[Column] | null
      : never
    : A extends Sum
      ? string | null
      : number;

/** Rows of all shards. */
export interface ScatteredRows<Row> {
  readonly rows: readonly Row[];
  /** Shards of which no row is here; none unless `partial` is `allowed`. */
  readonly missing: readonly MissingShard[];
}

/** Aggregates over the rows of all shards. */
export interface ScatteredValues<Values> {
  readonly values: Values;
  /** Shards whose rows are not counted; none unless `partial` is `allowed`. */
  readonly missing: readonly MissingShard[];
}

/** One page of the rows of all shards. */
export interface ScatteredPage<Row> extends ScatteredRows<Row> {
  /** Where the next page begins; undefined after the last. It is opaque, not secret: it holds the ordered columns of the last row. */
  readonly next: string | undefined;
}

/**
 * A statement that runs on every shard of a store that owns buckets, on replicas where there are some. Nothing is sent before one of the
 * methods is called; each call runs the statement anew.
 *
 * All of them see the rows that the statement gives on each shard, put together. A LIMIT, DISTINCT, GROUP BY or aggregate *inside* the
 * statement is therefore one of each shard, and right only where no group has rows on two of them, as groups by the shard key have not.
 *
 * Shards are read at moments of their own: a row that changes its shard key meanwhile may be seen twice, or not at all. So may, while a
 * bucket moves, the rows of that bucket.
 *
 * Every method rejects with SCATTER_FAILED (which names the shards), CANCELLED, ACCESS_REFUSED, HANDLE_CLOSED, or NOT_COMBINABLE where the
 * answers can't be made one that is surely right.
 */
export interface Scatter<Row extends QueryResultRow = QueryResultRow> {
  /** All rows, shard by shard in the order of their names. */
  concat(): Promise<ScatteredRows<Row>>;

  /**
   * Aggregates over all rows: `aggregate({ posts: count(), newest: max('at') })`. Every shard aggregates its own; no row is sent.
   */
  aggregate<A extends Readonly<Record<string, AggregateOf<Row>>>>(
    aggregates: A,
  ): Promise<ScatteredValues<{ readonly [Name in keyof A]: Aggregated<Row, A[Name]> }>>;

  /**
   * The first `limit` rows in an order, 1 to 10 000: `merge([desc('at'), asc('id')], 20)`. Rows that are equal in it come by name of shard.
   */
  merge(
    order: readonly [OrderColumn<ColumnOf<Row>>, ...OrderColumn<ColumnOf<Row>>[]],
    limit: number,
  ): Promise<ScatteredRows<Row>>;

  /**
   * A page of `size` rows, 1 to 10 000, in an order that tells the rows of a shard apart, as one that ends with the primary key does:
   * `page([desc('at'), asc('id')], 20, previous.next)`. `after` is `next` of the page before; the first has none.
   *
   * All pages together hold every row once that was there from the first to the last and kept its place in the order. Rows that come in
   * between are on a later page if their place is there. With `partial: 'allowed'`, a shard that was missing goes on where it had come to,
   * on the next page that it answers: none of its rows is lost, but they come late.
   * @throws {PolystoreError} CURSOR_INVALID
   */
  page(
    order: readonly [OrderColumn<ColumnOf<Row>>, ...OrderColumn<ColumnOf<Row>>[]],
    size: number,
    after?: string,
  ): Promise<ScatteredPage<Row>>;
}

const MAX_ROWS = 10_000;

/** Over shards in the order of their names. */
export class ShardScatter<Row extends QueryResultRow> implements Scatter<Row> {
  constructor(
    private readonly store: string,
    private readonly shards: readonly ReadableShard[],
    private readonly statement: Statement,
    private readonly options: ScatterOptions,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async concat(): Promise<ScatteredRows<Row>> {
    const { answers, missing } = await this.ask({
      text: `select * from ${rowsOf(this.statement.text)}`,
      values: this.statement.values,
    });
    return { rows: answers.flatMap(({ result }) => result.rows as Row[]), missing };
  }

  async aggregate<A extends Readonly<Record<string, AggregateOf<Row>>>>(
    aggregates: A,
  ): Promise<ScatteredValues<{ readonly [Name in keyof A]: Aggregated<Row, A[Name]> }>> {
    const entries = Object.entries<Aggregate>(aggregates);
    if (entries.length === 0) throw new RangeError('aggregate needs at least one aggregate, got none');
    const { answers, missing } = await this.ask({
      text: `select ${aggregatesSql(entries.map(([, one]) => one))} from ${rowsOf(this.statement.text)}`,
      values: this.statement.values,
    });
    const values = entries.map(([name, one], index) => [name, combineAggregate(this.store, one, index, answers)]);
    return { values: Object.fromEntries(values) as { [Name in keyof A]: Aggregated<Row, A[Name]> }, missing };
  }

  async merge(order: readonly OrderColumn[], limit: number): Promise<ScatteredRows<Row>> {
    checkOrder(order);
    checkInteger('limit', limit, 1, MAX_ROWS);
    const answered = await this.ask(firstRowsSql(this.statement, order, limit));
    const { rows } = mergedRows(this.store, order, answered);
    return { rows: rows.slice(0, limit).map((row) => callersRow(row) as Row), missing: answered.missing };
  }

  async page(order: readonly OrderColumn[], size: number, after?: string): Promise<ScatteredPage<Row>> {
    checkOrder(order);
    checkInteger('size', size, 1, MAX_ROWS);
    const pages = pagesOf(this.store, this.statement.text, order);
    const before = after === undefined ? undefined : decodeCursor(this.store, pages, order, after);
    const answered = await this.askEach((shard) => {
      const position = placeOf(before, shard);
      // One row more than needed tells whether there is a next page, and whether it can be told where it begins.
      return firstRowsSql(
        this.statement,
        order,
        size + 1,
        position && before && { position, types: before.types, shard },
      );
    });
    const { rows, progress } = cutPage(this.store, order, size, before, answered);
    return {
      rows: rows.map((row) => callersRow(row) as Row),
      next: progress && encodeCursor(pages, progress),
      missing: answered.missing,
    };
  }

  private ask(statement: Statement): Promise<ShardAnswers> {
    return this.askEach(() => statement);
  }

  private async askEach(statementFor: (shard: string) => Statement): Promise<ShardAnswers> {
    const answered = await askShards(this.store, this.shards, statementFor, this.options, this.signal);
    checkSameColumns(this.store, answered.answers);
    return answered;
  }
}

function checkOrder(order: readonly OrderColumn[]): void {
  const names = new Set(order.map(({ column }) => column));
  if (order.length === 0) throw new RangeError('an order needs at least one column, got none');
  if (names.size < order.length) throw new RangeError('an order names each column once');
}
