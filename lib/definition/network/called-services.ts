import type { StoreDefinition, StoreKind } from '../tier';

/** A service of AWS by the name that endpoints have for it. */
type CalledService = 'dynamodb' | 'secretsmanager';

/** AWS services that whoever uses a store calls while it runs; SSM, where everything is, goes without saying. */
const CALLED_SERVICES: Readonly<Record<StoreKind, readonly CalledService[]>> = {
  postgres: ['secretsmanager'],
  // The placement, and the key directory where there is one.
  shardedPostgres: ['secretsmanager', 'dynamodb'],
  valkey: ['secretsmanager'],
  // IAM knows who asks.
  dynamodb: ['dynamodb'],
  documentdb: ['secretsmanager'],
  neptune: [],
};

/** Whether users of a store need a way to DynamoDB. A kind without a row does not compile. */
export const callsDynamoDb = ({ kind }: { readonly kind: StoreKind }): boolean =>
  CALLED_SERVICES[kind].includes('dynamodb');

/** Whether users of a store log in with a secret. */
export const callsSecretsManager = ({ kind }: { readonly kind: StoreKind }): boolean =>
  CALLED_SERVICES[kind].includes('secretsmanager');

/** Who says whether the backups come that a store is promised: a service that a stage which is watched has a way to. */
export function backupsToldBy(store: StoreDefinition): 'rds' | 'elasticache' | undefined {
  switch (store.kind) {
    case 'postgres':
    case 'shardedPostgres':
    case 'neptune':
      return 'rds';
    case 'documentdb':
      // AWS has no endpoint for elastic clusters: https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-private-link.html
      return store.servers.kind === 'elastic' ? undefined : 'rds';
    case 'valkey':
      return store.backup.retentionDays > 0 ? 'elasticache' : undefined;
    case 'dynamodb':
      // The table's own service, to which its users have a way.
      return undefined;
  }
}
