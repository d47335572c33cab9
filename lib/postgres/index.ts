export * from './cancel';
export * from './connection';
export * from './error-group';
export * from './quote';
export type { Login, PasswordSource } from './login';
export * from './server-state';
