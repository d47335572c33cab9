import type { DynamoDbDefinition } from '../definition';
import { publishedTable } from '../definition/dynamodb/published-table';
import { ensureExpiry, ensureTable, gapsOf } from './dynamodb-table';
import type { PlannedStore } from './other-engines';
import { askGiven, parseStoreUrl, urlVariable, type UrlForm } from './store-url';

const FORM: UrlForm = { schemes: { http: 'plain', https: 'tls' }, defaultPort: 8000 };
const TIMEOUT_MS = 2_000;

/**
 * How a store of kind `dynamodb` runs on an emulator that somebody else runs, as AWS's own DynamoDB Local: its table is made there, by its name on AWS,
 * and stays when the tier stops. What the emulator can do is asked of it.
 * @throws {PolystoreError} ENGINE_FAILED where the URL or its server is of no use
 */
export async function planGivenDynamoDb(
  definition: DynamoDbDefinition,
  table: string,
  text: string,
): Promise<PlannedStore> {
  const { name: store, timeToLive } = definition;
  const given = parseStoreUrl(store, text, FORM);
  const { origin: url } = new URL(text);
  const lacks = await askGiven(given, () => gapsOf(url, TIMEOUT_MS));
  return {
    store,
    servers: [],
    users: {},
    start: async () => {
      const next = `Delete the table ${table} there, or unset ${urlVariable(store)}.`;
      await ensureTable(url, table, definition, next);
      if (timeToLive !== undefined && !lacks.includes('expiry')) await ensureExpiry(url, table, timeToLive);
      return [];
    },
    topology: () => ({ kind: 'dynamodb', table, ...publishedTable(definition), emulator: { url, lacks } }),
  };
}
