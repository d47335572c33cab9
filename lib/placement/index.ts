export * from './bucket';
export * from './placement';
export * from './placement-codec';
export type { ShardKeyType, ShardKeyValue } from './shard-key';
export * from './shard-map';
export * from './strategy';
