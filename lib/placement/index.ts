export * from './placement';
export * from './shard-key';
export * from './shard-map';
export * from './strategy';
