import type { TestTrust } from '../postgres';
import type { Credentials } from '../sources';
import type { Endpoint, Trust } from '../topology';

/** Where a connection string leads. */
export interface TestDatabase {
  readonly endpoint: Endpoint;
  readonly database: string;
  readonly credentials: Credentials;
  readonly trust: Trust | TestTrust;
}

const DEFAULT_PORT = 5432;
const KNOWN = ['host', 'sslmode', 'sslrootcert'];
const EXAMPLE = 'postgres://user:password@localhost:5432/database';

/**
 * Reads a connection string as libpq writes it: `postgres://user:password@host:port/database`, with `sslmode` and `sslrootcert`, and `host` for the
 * directory of a socket. Without `sslmode` there is no TLS; with any but `disable` there is, and the server's certificate is verified.
 * @throws {RangeError} which never quotes it: it has a password
 */
export function readConnectionString(connectionString: string): TestDatabase {
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) throw refusal('is no URL of PostgreSQL');
  const unknown = [...url.searchParams.keys()].filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) throw refusal(`has ${unknown.join(', ')}, allowed behind ? are ${KNOWN.join(', ')}`);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw refusal('names no database');
  if (url.username === '') throw refusal('names no user');
  return {
    endpoint: {
      host: url.searchParams.get('host') ?? (url.hostname.replace(/^\[|\]$/g, '') || 'localhost'),
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      via: 'direct',
    },
    database,
    credentials: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    trust: trustOf(url.searchParams),
  };
}

function trustOf(parameters: URLSearchParams): Trust | TestTrust {
  const path = parameters.get('sslrootcert');
  if ((parameters.get('sslmode') ?? 'disable') === 'disable') return { kind: 'plaintext' };
  return path === null ? { kind: 'system' } : { kind: 'file', path };
}

const refusal = (why: string): RangeError =>
  new RangeError(`connectionString ${why}, allowed is one such as ${EXAMPLE}`);
