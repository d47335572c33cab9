import type { StoreKind } from './tier';

/** AWS services that whoever uses a store calls while it runs, as endpoints have them; SSM and Secrets Manager go without saying. */
const CALLED_SERVICES: Readonly<Record<StoreKind, readonly 'dynamodb'[]>> = {
  postgres: [],
  // The placement, and the key directory where there is one.
  shardedPostgres: ['dynamodb'],
  valkey: [],
  dynamodb: ['dynamodb'],
  documentdb: [],
  neptune: [],
};

/** Whether users of a store need a way to DynamoDB. A kind without a row does not compile. */
export const callsDynamoDb = ({ kind }: { readonly kind: StoreKind }): boolean =>
  CALLED_SERVICES[kind].includes('dynamodb');
