export { avg, count, max, min, sum, type Aggregate, type Count, type Extreme, type Sum } from './aggregate';
export type { MissingShard, ReadableShard, ScatterOptions } from './ask-shards';
export { asc, desc, type OrderColumn, type OrderOptions } from './order';
export {
  ShardScatter,
  type Aggregated,
  type AggregateOf,
  type ColumnOf,
  type NumberColumnOf,
  type Scatter,
  type ScatteredPage,
  type ScatteredRows,
  type ScatteredValues,
} from './scatter';
