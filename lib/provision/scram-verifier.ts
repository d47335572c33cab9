import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** PostgreSQL's own default. @see https://www.postgresql.org/docs/17/runtime-config-connection.html (scram_iterations) */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

/** Whether a password means the same to every client: beyond printable ASCII, SASLprep and raw bytes differ. */
export const isPortablePassword = (password: string): boolean => PRINTABLE_ASCII.test(password);

/**
 * What PostgreSQL stores in place of a password. `ALTER ROLE … PASSWORD` takes it as it is, so that the password itself never
 * travels to the server and never stands in its log or in `pg_stat_activity`.
 *
 * `password` must be {@link isPortablePassword}.
 * @see https://www.rfc-editor.org/rfc/rfc5802#section-3
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
