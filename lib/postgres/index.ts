export * from './cancel';
export * from './connection';
export * from './error-group';
export type { Login, PasswordSource } from './login';
export * from './quote';
export * from './send-together';
export * from './server-state';
export * from './transaction-outcome';
export * from './wal-position';
