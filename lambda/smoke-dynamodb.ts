import { provesDynamoDb } from '../lib/smoke/dynamodb-store';
import { smokeTest } from './step/prove';

/** Proves every store that is a table. */
export const handler = smokeTest('dynamodb', () => provesDynamoDb);
