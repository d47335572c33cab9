export * from './bucket';
export { firstRanges, rangeFaults, type KeyRange, type KeyRanges, type RangeFault } from './key-ranges';
export * from './placement';
export * from './placement-codec';
export * from './range-changes';
export {
  canonicalKey,
  compareKeys,
  describeKey,
  keyReader,
  keyText,
  SHARD_KEY_TYPES,
  type CanonicalKey,
  type ShardKeyType,
  type ShardKeyValue,
} from './shard-key';
export * from './shard-map';
export * from './strategy';
