import type { StoreKind } from './tier';

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
