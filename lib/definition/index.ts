export * from './network';
export * from './postgres';
export * from './service';
export * from './sharded-postgres';
export * from './stage';
export * from './tier';
export { hash } from '../placement';
