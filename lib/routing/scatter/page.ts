import type { Statement, ShardAnswers } from './ask-shards';
import { afterPosition } from './after-position';
import type { Position, Progress } from './cursor';
import { notCombinable } from './not-combinable';
import { orderBySql, ROWS, rowsOf, type OrderColumn } from './order';
import { orderedRows, orderedType, orderTypes, rowComparison, sortColumnsSql, type OrderedRow } from './ordered-rows';

/** The first `limit` rows of a shard in an order, after a position where there is one. */
export function firstRowsSql(
  statement: Statement,
  order: readonly OrderColumn[],
  limit: number,
  after?: { readonly position: Position; readonly types: readonly number[]; readonly shard: string },
): Statement {
  const rows = rowsOf(statement.text);
  const end = `order by ${orderBySql(order)} limit ${limit}`;
  const rest = after && afterPosition(order, after.types, after.position, after.shard, statement.values);
  // Each part ends by itself: PostgreSQL would sort all rows of a union, whatever indexes its parts have.
  const parts = rest?.conditions.map((condition) => `(select * from ${rows} where ${condition} ${end})`);
  return {
    text: `select ${ROWS}.*, ${sortColumnsSql(order)} from ${parts ? rowsOf(parts.join('\nunion all ')) : rows} ${end}`,
    values: rest?.values ?? statement.values,
  };
}

/** The rows of all shards in one order; equal ones by name of shard, then as their shard gave them. */
export function mergedRows(
  store: string,
  order: readonly OrderColumn[],
  { answers }: ShardAnswers,
): { readonly rows: readonly OrderedRow[]; readonly types: readonly number[] } {
  const [first] = answers;
  const types = first ? orderTypes(store, order, first) : [];
  const rows = answers.flatMap((answer) => orderedRows(store, order, types, answer));
  // The sort is stable, and its algorithm merges what is sorted in parts already.
  return { rows: rows.sort(rowComparison(order, types)), types };
}

/**
 * Cuts a page out of merged rows, of which each shard gave one more than a page has, and says how far it came.
 * @throws {PolystoreError} NOT_COMBINABLE where two rows of a shard are equal in the order, so that a place between them can't be told
 */
export function cutPage(
  store: string,
  order: readonly OrderColumn[],
  size: number,
  before: Progress | undefined,
  answered: ShardAnswers,
): { readonly rows: readonly OrderedRow[]; readonly progress: Progress | undefined } {
  const { rows, types } = mergedRows(store, order, answered);
  if (before && !isSame(before.types, types)) throw typesChanged(store);
  checkDistinct(store, order, types, rows);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  if (rows.length === page.length && answered.missing.length === 0) return { rows: page, progress: undefined };
  return { rows: page, progress: progressAfter(order, types, before, last, answered) };
}

/** A shard that answered has come as far as the last row of the page, or was further already; one that is missing stays where it was. */
function progressAfter(
  order: readonly OrderColumn[],
  types: readonly number[],
  before: Progress | undefined,
  last: OrderedRow | undefined,
  { answers, missing }: ShardAnswers,
): Progress {
  const compare = positionComparison(order, types);
  const later = (a: Position | undefined, b: Position | undefined): Position | undefined =>
    !a || (b && compare(a, b) < 0) ? b : a;
  const places = new Map<string, Position | undefined>();
  for (const { shard } of answers) places.set(shard, later(placeOf(before, shard), last));
  for (const { shard } of missing) places.set(shard, placeOf(before, shard));
  const furthest = [...places.values()].reduce(later, undefined);
  const at = furthest && { shard: furthest.shard, texts: furthest.texts };
  const isBehind = (place: Position | undefined): boolean => at !== undefined && (!place || compare(place, at) < 0);
  return {
    types,
    at,
    behind: new Map(
      [...places]
        .filter(([, place]) => isBehind(place))
        .map(([shard, place]) => [shard, place && { shard: place.shard, texts: place.texts }]),
    ),
  };
}

/** Where a shard's part of the next page begins. A shard that was not there before has come as far as all. */
export const placeOf = (progress: Progress | undefined, shard: string): Position | undefined =>
  progress?.behind.has(shard) ? progress.behind.get(shard) : progress?.at;

function positionComparison(
  order: readonly OrderColumn[],
  types: readonly number[],
): (a: Position, b: Position) => number {
  const compare = rowComparison(order, types);
  const keysOf = ({ texts }: Position): Pick<OrderedRow, 'keys'> => ({
    keys: texts.map((text, index) => (text === null ? null : (orderedType(types[index]).key(text) ?? null))),
  });
  return (a, b) => compare(keysOf(a), keysOf(b)) || (a.shard < b.shard ? -1 : a.shard > b.shard ? 1 : 0);
}

function checkDistinct(
  store: string,
  order: readonly OrderColumn[],
  types: readonly number[],
  rows: readonly OrderedRow[],
): void {
  const compare = rowComparison(order, types);
  const last = new Map<string, OrderedRow>();
  for (const row of rows) {
    const previous = last.get(row.shard);
    if (previous && compare(previous, row) === 0) throw ambiguous(store, row.shard, order);
    last.set(row.shard, row);
  }
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.every((oid, index) => oid === b[index]);

const ambiguous = (store: string, shard: string, order: readonly OrderColumn[]): Error =>
  notCombinable(
    store,
    `two rows of shard "${shard}" are equal in ${order.map(({ column }) => column).join(', ')}, so a page could end between them`,
    'Order by the primary key too, as the last column.',
  );

const typesChanged = (store: string): Error =>
  notCombinable(
    store,
    'the ordered columns have other types than when the cursor was made',
    'Begin again without a cursor.',
  );
