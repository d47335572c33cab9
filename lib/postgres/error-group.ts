/**
 * What a failure means for the caller.
 *
 * - `unavailable`: the server did not answer, ended the connection, is starting or shutting down, or its pool was closed
 * - `untrusted`: the server could not show by its certificate that it is the one that was meant; nothing was sent to it
 * - `poolExhausted`: every connection of the pool was busy for as long as the caller would wait; it says nothing of the server
 * - `readOnly`: a write met a server in recovery: a replica, or a primary that was demoted
 * - `serialization`: the transaction lost a race or a deadlock; the same transaction may be run again
 * - `wrongShard`: the shard's own record says that it does not own the bucket of the row; see {@link WRONG_SHARD}
 * - `unknownOutcome`: the server itself says that it doesn't know whether a transaction committed
 */
export type ErrorGroup =
  | 'unavailable'
  | 'untrusted'
  | 'poolExhausted'
  | 'readOnly'
  | 'serialization'
  | 'wrongShard'
  | 'unknownOutcome'
  | 'privilege'
  | 'authentication'
  | 'tooManyConnections'
  | 'diskFull'
  | 'cancelled'
  | 'other';

/**
 * SQLSTATE by which a shard refuses a row whose bucket it does not own; its DETAIL is JSON, `{ bucket, mapVersion }`. PostgreSQL itself uses no
 * class `PS`. The statement is undone, so that the transaction may be run again on the shard that owns the bucket.
 */
export const WRONG_SHARD = 'PS001';

/** SQLSTATE to group. @see https://www.postgresql.org/docs/17/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, ErrorGroup>> = {
  '08000': 'unavailable',
  '08001': 'unavailable',
  '08003': 'unavailable',
  '08004': 'unavailable',
  '08006': 'unavailable',
  '08007': 'unknownOutcome',
  '25006': 'readOnly',
  '28000': 'authentication',
  '28P01': 'authentication',
  '40001': 'serialization',
  '40003': 'unknownOutcome',
  '40P01': 'serialization',
  '42501': 'privilege',
  '53100': 'diskFull',
  '53300': 'tooManyConnections',
  '57014': 'cancelled',
  '57P01': 'unavailable',
  '57P02': 'unavailable',
  '57P03': 'unavailable',
  [WRONG_SHARD]: 'wrongShard',
};

/** System errors of a socket. @see https://nodejs.org/docs/latest-v20.x/api/errors.html#common-system-errors */
const SOCKET_ERRORS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
]);

/** What a certificate is refused for. @see https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE_ERROR =
  /^(UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_|(DEPTH_ZERO_)?SELF_SIGNED_CERT|CERT_|INVALID_(CA|PURPOSE)$|ERR_TLS_CERT_|HOSTNAME_MISMATCH$|PATH_LENGTH_EXCEEDED$)/;

/** pg reports these by message alone. */
const LOST_CONNECTION =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|timeout expired|Query read timeout)/;

/** What pg's pool says when nobody gave a connection back in time. */
const POOL_EXHAUSTED = /^timeout exceeded when trying to connect/;

/** What is looked at of an error. Told by shape: an error of another realm is no instance of our Error. */
interface Failure {
  readonly code?: unknown;
  readonly message?: unknown;
  /** Of an AggregateError: a name that resolved to several addresses failed on each. */
  readonly errors?: readonly unknown[];
}

const failureOf = (error: unknown): Failure => (typeof error === 'object' && error !== null ? error : {});

/** The group of an error that pg or a socket raised; `other` for everything unknown, which is never to be retried. */
export function errorGroupOf(error: unknown): ErrorGroup {
  const { code, message, errors } = failureOf(error);
  if (errors !== undefined && errors.length > 0) return errorGroupOf(errors[0]);
  if (typeof code === 'string') {
    const group = BY_SQLSTATE[code];
    if (group !== undefined) return group;
    if (SOCKET_ERRORS.has(code)) return 'unavailable';
    if (CERTIFICATE_ERROR.test(code)) return 'untrusted';
  }
  if (typeof message !== 'string') return 'other';
  if (POOL_EXHAUSTED.test(message)) return 'poolExhausted';
  return LOST_CONNECTION.test(message) ? 'unavailable' : 'other';
}

/** SQLSTATE or system error code, for messages: `ECONNREFUSED`, `25006`; the message where there is neither. */
export function errorCodeOf(error: unknown): string {
  const { code, message, errors } = failureOf(error);
  if (errors !== undefined && errors.length > 0) return errorCodeOf(errors[0]);
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message : String(error);
}
