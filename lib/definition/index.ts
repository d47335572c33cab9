export {
  lambda,
  type ConnectionsDefinition,
  type LambdaConnections,
  type ServiceConnections,
} from './services/connections';
export * from './stages/alarms';
export * from './clusters/documentdb';
export * from './dynamodb/store';
export * from './services/existing-group';
export * from './stores/existing-key';
export * from './sharded-postgres/global-database';
export * from './clusters/neptune';
export * from './network/vpc';
export * from './relational/pooling';
export * from './relational/origin';
export * from './postgres/store';
export * from './regions/region';
export type { ShardsBefore } from './sharded-postgres/renamed-shards';
export { isRelational, type RelationalDefinition, type RelationalKind } from './relational/kinds';
export * from './services/service';
export * from './sharded-postgres/capacity';
export * from './sharded-postgres/readers';
export * from './sharded-postgres/store';
export * from './stages/stage';
export * from './dynamodb/capacity';
export * from './sharded-postgres/strategy';
export * from './tier';
export * from './valkey/store';
export * from './valkey/shape';
export { loadStages, loadTier, type LoadTierOptions } from './load-tier';
export { parseStages, parseTier, type ParseTierOptions } from './parse-tier';
export type { TierSource } from './faults/locate';
export { hash } from '../placement';
