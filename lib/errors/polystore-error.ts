/** One fault of a tier definition. `path` is dotted from the definition's root: `stores.main.replicas`. */
export interface DefinitionFault {
  readonly path: string;
  readonly message: string;
  /** Where the fault stands in the tier file, 1-based; absent where the definition was not read from a file. */
  readonly location?: { readonly file: string; readonly line: number; readonly column: number };
}

/**
 * What an error of each code carries besides its message. The code says what happened; the details are for programs.
 * Never a password or a connection string.
 */
export interface ErrorDetails {
  /** The definition has faults; all of them are listed. */
  CONFIG_INVALID: { readonly faults: readonly DefinitionFault[] };
  /** The tier file could not be loaded: it is missing, does not compile or threw. */
  TIER_FILE_UNREADABLE: { readonly file: string };
  /** A construct was given a property that AWS would refuse. `path` is the construct's. */
  PROPERTY_INVALID: { readonly path: string; readonly property: string };
  /** A topology or placement document is not one that this version reads. */
  DOCUMENT_INVALID: { readonly document: string; readonly source?: string };
  /** Nothing stands at a source: no topology file, no SSM parameter, no secret. */
  DOCUMENT_MISSING: { readonly document: string; readonly source: string };
  UNKNOWN_STORE: { readonly store: string; readonly known: readonly string[] };
  UNKNOWN_SERVICE: { readonly service: string; readonly known: readonly string[] };
  /** The shard map and the topology (or the definition) disagree about which shards exist. */
  UNKNOWN_SHARD: { readonly store: string; readonly shards: readonly string[]; readonly known: readonly string[] };
  /** A shard left the definition while the shard map still gives it buckets. */
  SHARD_OWNS_BUCKETS: { readonly store: string; readonly shard: string; readonly buckets: number };
  /** A shard key is not of the type that the store declares. */
  KEY_INVALID: { readonly expected: string; readonly got: string };
  /** No range of the store holds the key, and its ends are closed. */
  KEY_OUT_OF_RANGE: { readonly store: string; readonly got: string; readonly allowed: string };
  /** The key directory knows no such key, and the store has no rule for new ones. */
  KEY_UNKNOWN: { readonly store: string; readonly got: string };
  /** Ranges can't be split or followed by another as was asked. */
  RANGES_UNCHANGEABLE: { readonly store: string };
  /** Somebody else changed the assignment of the key first. Of each the bucket; null where the key has none. */
  ASSIGNMENT_CONFLICT: { readonly store: string; readonly expected: number | null; readonly found: number | null };
  /** The key lies on another shard, and nobody has said that its rows have been moved. */
  ASSIGNMENT_REFUSED: { readonly store: string; readonly from: string; readonly to: string };
  /** A shard's own record says that it does not own the bucket, and the placement gives it to no other: the bucket is on its way. */
  BUCKET_NOT_OWNED: {
    readonly store: string;
    readonly shard: string;
    readonly bucket: number;
    readonly mapVersion: number;
  };
  /** Somebody else changed the placement first; read again and decide anew. */
  PLACEMENT_CONFLICT: { readonly store: string; readonly expected: number; readonly found: number };
  /** A shard map older than one that this process has acted on. */
  SHARD_MAP_STALE: { readonly store: string; readonly seen: number; readonly current: number };
  /** Primaries that a router is to reach through a proxy, and of which the topology has none: `main/primary`, `posts/s0/primary`. */
  POOLED_ENDPOINT_MISSING: { readonly servers: readonly string[] };
  NO_ELIGIBLE_REPLICA: { readonly store: string; readonly replicas: Readonly<Record<string, string>> };
  /** A service asked for more than the definition gives it; nothing left the process. */
  ACCESS_REFUSED: { readonly service: string; readonly store: string; readonly access: string };
  /** The server did not answer, ended the connection or is shutting down. `sent` tells whether the statement may have run. */
  SERVER_UNAVAILABLE: { readonly store: string; readonly server: string; readonly sent: boolean };
  /** A primary answered that it is read-only: it was demoted. */
  PRIMARY_DEMOTED: { readonly store: string; readonly server: string };
  /** A database says that it is another one than the topology says. */
  IDENTITY_CONFLICT: { readonly expected: string; readonly found: string };
  /** A database refused what provisioning does; its transaction was rolled back. */
  PROVISION_FAILED: { readonly databases: readonly string[] };
  /** A step of a rotation did not do what it is for; what was current still is. `secret` is its ARN. */
  ROTATION_FAILED: { readonly secret: string; readonly step: string };
  /** Every connection of a pool was busy for as long as the caller would wait; the server itself may be well. */
  POOL_EXHAUSTED: { readonly store: string; readonly server: string; readonly max: number };
  /** A statement of the transaction had failed, the error was swallowed, and so COMMIT rolled everything back. */
  TRANSACTION_ABORTED: { readonly store: string; readonly server: string };
  /** A prepared statement no longer fits its table, in a transaction, which was rolled back; the next time it is prepared anew. */
  STATEMENT_OUTDATED: Readonly<Record<string, never>>;
  /** The caller's signal aborted the work before it was done; a transaction was rolled back. */
  CANCELLED: { readonly store: string };
  /** A transaction runs on one shard, and a key lies on another. */
  CROSS_SHARD: { readonly store: string; readonly shard: string; readonly keyShard: string };
  /** A statement over many shards failed on some: why, by shard. */
  SCATTER_FAILED: { readonly store: string; readonly shards: Readonly<Record<string, string>> };
  /** The answers of many shards can't be made one that is surely right. */
  NOT_COMBINABLE: { readonly store: string; readonly column?: string };
  /** A cursor is none, or one of another statement or version. */
  CURSOR_INVALID: { readonly store: string };
  /**
   * The connection was lost during COMMIT, or the server itself doesn't know: the transaction stands, or it does not. `transaction` is what
   * `outcomeOf` takes.
   */
  UNKNOWN_OUTCOME: {
    readonly store: string;
    readonly server: string;
    readonly transaction: { readonly id: string; readonly incarnation: string };
  };
  /** No replica may answer, and the reads that the primary takes in their stead at once are all taken. */
  READ_BUDGET_EXHAUSTED: { readonly store: string; readonly server: string; readonly limit: number };
  /** The token of a session can't be used: see `reason`. Never the token itself. */
  TOKEN_INVALID: { readonly reason: 'malformed' | 'unsigned' | 'signature' | 'foreign' };
  HANDLE_CLOSED: { readonly handle: string };
  /** The schemas of a test router are another's. */
  NAMESPACE_TAKEN: { readonly namespace: string };
  TIER_ALREADY_UP: { readonly pid: number; readonly directory: string };
  TIER_NOT_UP: { readonly directory: string };
  PORT_TAKEN: { readonly port: number; readonly server: string };
  DISK_FULL: { readonly directory: string; readonly neededMiB: number; readonly freeMiB: number };
  /** No engine for this platform is installed. */
  ENGINE_MISSING: { readonly engine: string; readonly platform: string };
  /** An engine ended or did not become ready. `log` holds its last lines. */
  ENGINE_FAILED: { readonly server: string; readonly log: string };
  UNKNOWN_RUNBOOK: { readonly runbook: string; readonly known: readonly string[] };
  /** A drill can't be held on this tier, or on this machine; nothing was done. */
  DRILL_REFUSED: { readonly drill: string };
  /** What a drill waited for never came true. What it had done was undone. */
  DRILL_FAILED: { readonly waitedFor: string };
  /** A deployed function threw. */
  FUNCTION_FAILED: { readonly function: string };
  /** The process got an interrupt before it was done; whatever it had started was stopped. */
  INTERRUPTED: { readonly during: string };
}

export type ErrorCode = keyof ErrorDetails;

export interface PolystoreErrorOptions<C extends ErrorCode> {
  readonly details: ErrorDetails[C];
  /**
   * Whether the same call may succeed if it is made again, without harm.
   * @default false
   */
  readonly retryable?: boolean;
  /**
   * What the reader should do next, one sentence.
   * @default - the message says it all
   */
  readonly next?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of the kit. Tell errors apart by `code` (with {@link isPolystoreError}), never by `instanceof`:
 * an application may hold two copies of this package.
 */
export class PolystoreError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'PolystoreError';
  readonly code: C;
  readonly details: ErrorDetails[C];
  readonly retryable: boolean;
  readonly next: string | undefined;

  constructor(code: C, message: string, options: PolystoreErrorOptions<C>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
    this.next = options.next;
  }
}

/** Whether `error` is a {@link PolystoreError}, of the given code where one is named. */
export function isPolystoreError(error: unknown): error is PolystoreError;
export function isPolystoreError<C extends ErrorCode>(error: unknown, code: C): error is PolystoreError<C>;
export function isPolystoreError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !('name' in error) || !('code' in error)) return false;
  return error.name === 'PolystoreError' && (code === undefined || error.code === code);
}
