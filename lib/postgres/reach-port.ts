import { connect } from 'node:net';

/**
 * Connects to a port, of whatever protocol, and says nothing. Rejects with the error of the socket where nobody listens: `ECONNREFUSED`; or after
 * `timeoutMs` milliseconds.
 */
export function reachPort(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.once('connect', () => end(resolve));
    socket.once('timeout', () => end(() => reject(new Error(`no connection within ${timeoutMs} ms`))));
    socket.once('error', (error) => end(() => reject(error)));
  });
}
