// The public interface of polystore-router: what stands here is covered by its version, nothing else is.
export { isPolystoreError, PolystoreError, type ErrorCode, type ErrorDetails } from '../../lib/errors';
export * from '../../lib/topology';
export * from '../../lib/placement';
export {
  changePlacement,
  DirectoryPlacement,
  DynamoDbKeyDirectory,
  DynamoDbPlacement,
  FileKeyDirectory,
  FileSecrets,
  FileTopology,
  openKeyDirectory,
  openPlacement,
  RdsTokens,
  SecretsManagerSecrets,
  SsmTopology,
  type Assignment,
  type Credentials,
  type KeyDirectory,
  type PlacementStore,
  type SecretSource,
  type TokenRequest,
  type TokenSource,
  type TopologySource,
} from '../../lib/sources';
export type {
  PgPool,
  PgPoolClient,
  PoolOptions,
  QueryResult,
  QueryResultRow,
  ReplicaLag,
  TransactionOutcome,
  TransactionReference,
  WalPosition,
} from '../../lib/postgres';
export type { DocumentClient } from '../../lib/documentdb';
export type { TableClient } from '../../lib/dynamodb';
export type { GraphClient } from '../../lib/neptune';
export type { ValkeyClient } from '../../lib/valkey';
export * from '../../lib/routing';
