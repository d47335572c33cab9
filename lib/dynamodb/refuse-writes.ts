import type { TableClient } from './client';

/** Requests that change nothing. Whatever AWS adds counts as a write until it is looked at. */
const READS: ReadonlySet<string> = new Set([
  'BatchGetItemCommand',
  'DescribeTableCommand',
  'DescribeTimeToLiveCommand',
  'GetItemCommand',
  'QueryCommand',
  'ScanCommand',
  'TransactGetItemsCommand',
]);

/**
 * Keeps a client from sending anything but reads: what `refused` returns is thrown instead, before anything leaves the process. On AWS, IAM refuses it
 * too; an emulator refuses nobody.
 */
export function refuseWrites(client: TableClient, refused: (command: string) => Error): TableClient {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        if (READS.has(commandName)) return next(args);
        throw refused(commandName);
      },
    { step: 'initialize', name: 'polystoreRefuseWrites', priority: 'high' },
  );
  return client;
}
