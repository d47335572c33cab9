export * from './decide-route';
export type { RouterLogin } from './grant';
export * from './directory-handles';
export * from './handles';
export type { KeyCacheOptions } from './key-cache';
export type { KeyScope } from './key-scope';
export * from './open-router';
export type { HandleOf, Router, RouterCore, TierShape } from './router';
export type { IsolationLevel, TransactionOptions } from './transaction-options';
