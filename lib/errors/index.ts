export * from './polystore-error';
