export * from './in-parallel';
export * from './provision-report';
export * from './provision-tier';
export { identityOf, identityText, readIdentity, type ShardIdentity } from './shard-identity';
export {
  checkPlacementFits,
  targetDatabasesOf,
  usesOf,
  type ReadablePlacement,
  type TargetDatabase,
} from './target-database';
