import { firstBytes } from './first-bytes';

/** What a server said to a client that asked to log in without TLS. */
export type PlaintextAnswer =
  /** It went on to ask for a password, or let the client in. */
  | { readonly kind: 'accepted' }
  /** It refused, with this SQLSTATE. */
  | { readonly kind: 'refused'; readonly sqlState: string }
  /** It ended the connection without a word, as a proxy that demands TLS may. */
  | { readonly kind: 'closed' };

/** Protocol 3.0. @see https://www.postgresql.org/docs/17/protocol-message-formats.html */
const PROTOCOL = 196608;
const ERROR_RESPONSE = 0x45;

/**
 * Asks a server to log `user` in without TLS and looks at its first answer only. No password is sent, so that none can leak where plaintext
 * is not refused. Rejects where the server does not answer within `timeoutMs` milliseconds.
 */
export async function askInPlaintext(
  endpoint: { readonly host: string; readonly port: number },
  login: { readonly user: string; readonly database: string },
  timeoutMs: number,
): Promise<PlaintextAnswer> {
  const received = await firstBytes(endpoint, startupMessage(login), timeoutMs, isWhole);
  return received.length === 0 ? { kind: 'closed' } : readAnswer(received);
}

function startupMessage({ user, database }: { readonly user: string; readonly database: string }): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + parameters.length, 0);
  head.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([head, parameters]);
}

/** The first message of the server: its type is one byte, its length four. */
const isWhole = (received: Buffer): boolean => received.length >= 5 && received.length >= 1 + received.readInt32BE(1);

function readAnswer(received: Buffer): PlaintextAnswer {
  if (received[0] !== ERROR_RESPONSE) return { kind: 'accepted' };
  const fields = received.toString('utf8', 5, 1 + received.readInt32BE(1)).split('\0');
  return { kind: 'refused', sqlState: fields.find((field) => field.startsWith('C'))?.slice(1) ?? 'unknown' };
}
