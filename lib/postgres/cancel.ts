import { withClient, type ConnectionTarget, type PgPoolClient } from './connection';

/** A server that does not take a cancellation in this time is left to itself, in milliseconds. */
const CANCEL_TIMEOUT_MS = 1_000;

/**
 * The server process behind a connection; undefined where the server told none. Behind a pooled endpoint this is the pool's own number,
 * which means nothing to the server.
 */
export function backendOf(client: PgPoolClient): number | undefined {
  return (client as PgPoolClient & { readonly processID?: number | null }).processID ?? undefined;
}

/**
 * Cancels the statement that `backend` runs now, over a connection of its own as the same role: pg's own way of cancelling speaks no TLS,
 * and RDS Proxy takes no cancel requests. Never throws: a server that can't be reached runs its statement to the end.
 */
export async function cancelStatement(target: ConnectionTarget, backend: number): Promise<void> {
  await withClient(target, (client) => client.query('select pg_cancel_backend($1)', [backend]), {
    timeoutMs: CANCEL_TIMEOUT_MS,
    applicationName: 'polystore-cancel',
  }).catch(() => undefined);
}

/** Cuts a connection without a goodbye: what runs on it rejects, and the server rolls back what was not committed. */
export function cutConnection({ connection: { stream } }: Pick<PgPoolClient, 'connection'>): void {
  stream.destroy();
}
