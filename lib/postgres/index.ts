export * from './cancel';
export * from './connection';
export * from './connection-loss';
export * from './error-group';
export * from './incarnation';
export type { Login, PasswordSource } from './login';
export * from './moment';
export {
  checkPoolOptions,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_POOL_MAX,
  type PoolOptions,
  type PrePing,
  type StatementCacheOptions,
} from './pool-options';
export * from './quote';
export { isSubmittable, RoutedPool, type PoolSource } from './routed-pool';
export * from './send-together';
export * from './server-state';
export * from './traced-to-caller';
export * from './transaction-outcome';
export type { TestTrust } from './trust';
export * from './wal-position';
export { reachPort } from './reach-port';
