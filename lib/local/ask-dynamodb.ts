import { emulatorUrl, hasTable } from './dynamodb-table';
import { ASK_MS, type ServerAnswer, type ServerAsked } from './server-answer';

/** Whether the emulator of a table answers, and has it. It has no roles, and counts nothing. @throws {TypeError} where it has not */
export async function askDynamoDb({ port, store }: ServerAsked<'dynamodb'>): Promise<ServerAnswer> {
  if (!(await hasTable(emulatorUrl(port), store.table, ASK_MS)))
    throw new TypeError(`the emulator has no table ${store.table}`);
  return {};
}
