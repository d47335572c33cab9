import { isPolystoreError, type ErrorCode } from '../lib/errors';

/** What a command's exit status says; `polystore --help` prints this table. */
export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  definition: 2,
  state: 3,
  machine: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODE_HELP: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'everything that was asked for is true',
  failed: 'a check failed, a server is down, or the command met an error that is no fault of its input',
  definition: 'the tier file, its definition or the command line has a fault',
  state: 'the tier is up already, is not up, a port is taken, or a drill cannot be held on this tier or machine',
  machine: 'this machine lacks something: an engine, disk space',
  interrupted: 'Ctrl-C before a command was done; whatever had been started was stopped',
};

const BY_CODE: Readonly<Record<ErrorCode, keyof typeof EXIT_CODES>> = {
  CONFIG_INVALID: 'definition',
  TIER_FILE_UNREADABLE: 'definition',
  PROPERTY_INVALID: 'definition',
  DOCUMENT_INVALID: 'definition',
  DOCUMENT_MISSING: 'state',
  POOLED_ENDPOINT_MISSING: 'definition',
  UNKNOWN_STORE: 'definition',
  UNKNOWN_SERVICE: 'definition',
  UNKNOWN_SHARD: 'definition',
  UNKNOWN_RUNBOOK: 'definition',
  SHARD_OWNS_BUCKETS: 'definition',
  KEY_INVALID: 'definition',
  KEY_OUT_OF_RANGE: 'definition',
  KEY_UNKNOWN: 'failed',
  RANGES_UNCHANGEABLE: 'failed',
  ASSIGNMENT_CONFLICT: 'failed',
  ASSIGNMENT_REFUSED: 'failed',
  BUCKET_NOT_OWNED: 'failed',
  PLACEMENT_CONFLICT: 'failed',
  SHARD_MAP_STALE: 'failed',
  NO_ELIGIBLE_REPLICA: 'failed',
  ACCESS_REFUSED: 'failed',
  SERVER_UNAVAILABLE: 'failed',
  PRIMARY_DEMOTED: 'failed',
  CANCELLED: 'failed',
  CROSS_SHARD: 'failed',
  SCATTER_FAILED: 'failed',
  NOT_COMBINABLE: 'failed',
  CURSOR_INVALID: 'failed',
  UNKNOWN_OUTCOME: 'failed',
  READ_BUDGET_EXHAUSTED: 'failed',
  TOKEN_INVALID: 'failed',
  HANDLE_CLOSED: 'failed',
  NAMESPACE_TAKEN: 'failed',
  FUNCTION_FAILED: 'failed',
  DRILL_REFUSED: 'state',
  DRILL_FAILED: 'failed',
  IDENTITY_CONFLICT: 'failed',
  PROVISION_FAILED: 'failed',
  ROTATION_FAILED: 'failed',
  POOL_EXHAUSTED: 'failed',
  STATEMENT_OUTDATED: 'failed',
  TRANSACTION_ABORTED: 'failed',
  TIER_ALREADY_UP: 'state',
  TIER_NOT_UP: 'state',
  PORT_TAKEN: 'state',
  DISK_FULL: 'machine',
  ENGINE_MISSING: 'machine',
  ENGINE_FAILED: 'machine',
  INTERRUPTED: 'interrupted',
};

/** The exit status that an error ends a command with. */
export const exitCodeOf = (error: unknown): ExitCode =>
  EXIT_CODES[isPolystoreError(error) ? (BY_CODE[error.code] ?? 'failed') : 'failed'];
