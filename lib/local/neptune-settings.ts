import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { Credentials } from '../sources/secrets';
import type { TlsFiles } from './certificates';
import { LOCAL_HOST } from './server-settings';

/** The one user that a new database has; its name can't be chosen. */
export const FIRST_USER = 'neo4j';

/** The file that a server starts with: Bolt with TLS and nothing else, on the loopback address, and no report to anybody. */
export function renderNeo4jSettings(port: number, tls: TlsFiles): string {
  return [
    'server.bolt.enabled=true',
    `server.bolt.listen_address=${LOCAL_HOST}:${port}`,
    'server.bolt.tls_level=REQUIRED',
    'dbms.ssl.policy.bolt.enabled=true',
    `dbms.ssl.policy.bolt.base_directory=${escaped(dirname(tls.key))}`,
    `dbms.ssl.policy.bolt.private_key=${basename(tls.key)}`,
    `dbms.ssl.policy.bolt.public_certificate=${basename(tls.certificate)}`,
    // Clients show a password, not a certificate.
    'dbms.ssl.policy.bolt.client_auth=NONE',
    'dbms.security.auth_enabled=true',
    'server.http.enabled=false',
    'server.https.enabled=false',
    'dbms.usage_report.enabled=false',
    // A stop waits for nobody: its clients are of this machine, and are gone or will be told.
    'internal.server.bolt.thread_pool_shutdown_wait_time=0s',
    'internal.dbms.bolt.netty_server_shutdown_quiet_period=0',
    // A machine's servers share its memory.
    'server.memory.pagecache.size=32m',
    '',
  ].join('\n');
}

/** Its parser takes a backslash for the beginning of a character that can't be written. */
const escaped = (path: string): string => path.replaceAll('\\', '\\\\');

const ROUNDS = 1024;

/**
 * The file from which a new database takes its first user's password, of which it holds a digest: what `neo4j-admin` would write, which takes
 * the password on its command line.
 */
export function renderFirstUser({ username, password }: Credentials): string {
  const salt = randomBytes(32);
  return `${username}:SHA-256,${digestOf(password, salt).toString('hex')},${salt.toString('hex')},${ROUNDS}:\n`;
}

/** As Neo4j computes it: the password behind the salt, then the digest of the digest. */
export function digestOf(password: string, salt: Buffer): Buffer {
  let digest = createHash('sha256').update(salt).update(password).digest();
  for (let round = 1; round < ROUNDS; round++) digest = createHash('sha256').update(digest).digest();
  return digest;
}
