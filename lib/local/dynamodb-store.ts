import type { DynamoDbDefinition } from '../definition';
import { publishedTable } from '../definition/dynamodb/published-table';
import { serverName } from '../definition/names/stacks';
import { startDynamoDb } from './dynamodb';
import { emulatorUrl, ensureTable } from './dynamodb-table';
import { planGivenDynamoDb } from './given-dynamodb';
import type { PlannedStore, StorePlace } from './other-engines';
import type { PlannedServer } from './tier-plan';

const DELETE_DATA =
  'Delete the data of the tier on this machine, `npx polystore down --delete-data`, or give the store its former keys and indexes.';

/** How a store of kind `dynamodb` runs on this machine: on an emulator of its own, which comes with the kit, by the table's name on AWS. */
export function planDynamoDbStore(
  definition: DynamoDbDefinition,
  { tier, url }: Pick<StorePlace, 'tier' | 'url'>,
): Promise<PlannedStore> {
  const { name: store } = definition;
  const server: PlannedServer = { store, name: 'table', label: `${store}/table`, role: 'primary' };
  const table = serverName(tier, store);
  if (url !== undefined) return planGivenDynamoDb(definition, table, url);
  return Promise.resolve({
    store,
    servers: [server],
    // Rights of IAM are all that DynamoDB asks for, and the emulator asks for none.
    users: {},
    start: async (room, _secrets, signal) => {
      const running = await startDynamoDb(room, server, signal);
      try {
        await ensureTable(emulatorUrl(running.port), table, definition, DELETE_DATA);
      } catch (error) {
        await running.process.stop();
        throw error;
      }
      return [running];
    },
    topology: (portOf) => ({
      kind: 'dynamodb',
      table,
      ...publishedTable(definition),
      emulator: { url: emulatorUrl(portOf(server)) },
    }),
  });
}
