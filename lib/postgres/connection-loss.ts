import type { PoolClient } from 'pg';
import { errorGroupOf } from './error-group';

const watched = new WeakSet<PoolClient>();

/**
 * Calls `onLoss` whenever this connection shows that its server may take no more writes: it refused one, it is shutting down, or the
 * connection ended by itself. Once a connection, for as long as it lasts; costs nothing while all is well.
 */
export function watchForLoss(client: PoolClient, onLoss: () => void): void {
  if (watched.has(client)) return;
  watched.add(client);
  client.on('error', onLoss);
  client.connection.on('errorMessage', (message: unknown) => {
    const group = errorGroupOf(message);
    if (group === 'readOnly' || group === 'unavailable') onLoss();
  });
}
