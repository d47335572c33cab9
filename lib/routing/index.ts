export {
  ConnectionProfile,
  type DirectProfile,
  type LambdaOptions,
  type LambdaProfile,
  type RdsProxyOptions,
  type RdsProxyProfile,
} from './connection-profile';
export { CacheAside, type CacheAsideOptions } from './cache-aside';
export * from './decide-route';
export type { RouterLogin } from './grant';
export * from './directory-handles';
export * from './documentdb-handle';
export * from './dynamodb-handle';
export * from './handles';
export type { KeyCacheOptions } from './key-cache';
export type { KeyScope } from './key-scope';
export * from './middleware';
export * from './neptune-handle';
export { openRouter, type RouterOptions } from './open-router';
export type { HandleOf, Router, RouterCore, TierShape } from './router';
export type { RouterEvent, RouterEvents, RouterListener } from './router-events';
export type { Session } from './session';
export {
  asc,
  avg,
  count,
  desc,
  max,
  min,
  sum,
  type Aggregate,
  type Aggregated,
  type AggregateOf,
  type ColumnOf,
  type Count,
  type Extreme,
  type MissingShard,
  type NumberColumnOf,
  type OrderColumn,
  type OrderOptions,
  type Scatter,
  type ScatteredPage,
  type ScatteredRows,
  type ScatteredValues,
  type ScatterOptions,
  type Sum,
} from './scatter';
export type { IsolationLevel, TransactionOptions } from './transaction-options';
export type { ValkeyHandle } from './valkey-handle';
