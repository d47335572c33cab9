import { connect } from 'node:net';

/**
 * Sends `greeting` without TLS and resolves to the first bytes that the server answers; to none where it ends the connection. A server that
 * speaks TLS only does that, or sends an alert: {@link isTlsAlert}. Rejects where nothing happens within `timeoutMs`, or nobody listens.
 *
 * @param isWhole whether that is enough of an answer; it is asked again with every piece that comes
 */
export function firstBytes(
  { host, port }: { readonly host: string; readonly port: number },
  greeting: Uint8Array,
  timeoutMs: number,
  isWhole: (received: Buffer) => boolean = () => true,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no answer to plaintext within ${timeoutMs} ms`)),
      timeoutMs,
    );
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
      socket.write(greeting);
    });
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!isWhole(received)) return;
      resolve(received);
      socket.destroy();
    });
    // A connection that was made and is then reset was refused; one that can't be made proves nothing.
    socket.once('error', (error) =>
      isConnected && 'code' in error && error.code === 'ECONNRESET' ? resolve(Buffer.alloc(0)) : reject(error),
    );
    socket.once('end', () => {
      resolve(Buffer.alloc(0));
      socket.destroy();
    });
    socket.once('close', () => clearTimeout(timer));
  });
}

/** A record of TLS that says no. @see https://www.rfc-editor.org/rfc/rfc8446#section-5.1 (content type 21) */
export const isTlsAlert = (bytes: Uint8Array): boolean => bytes[0] === 21 && bytes[1] === 3;
