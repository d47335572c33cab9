export * from './connection';
export * from './error-group';
export * from './quote';
export * from './server-state';
