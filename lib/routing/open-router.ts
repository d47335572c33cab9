import { checkPoolOptions, DEFAULT_CONNECT_TIMEOUT_MS, type ConnectionTarget, type PoolOptions } from '../postgres';
import {
  openKeyDirectory,
  openPlacement,
  RdsTokens,
  type KeyDirectory,
  type PlacementStore,
  type SecretSource,
  type TokenSource,
  type TopologySource,
} from '../sources';
import type { KeyDirectoryLocation, PlacementLocation, Topology } from '../topology';
import { ConnectionProfile, connectionPolicyOf } from './connection-profile';
import type { ReadFallback, ReplicaChoice } from './decide-route';
import type { RouterLogin } from './grant';
import type { ServerWay } from './open-cluster';
import type { KeyCacheOptions } from './key-cache';
import { Lifetime } from './lifetime';
import type { Router, TierShape } from './router';
import { EventHub } from './router-events';
import { SessionScope } from './session-state';
import { Telemetry } from './telemetry';
import { TierRouter } from './tier-router';
import { MIN_TOKEN_KEY_LENGTH } from './token-codec';

export interface RouterOptions {
  /** Where everything is; read again by {@link RouterCore.refresh}. */
  readonly topology: TopologySource;
  /** Where credentials are found by the names in the topology; each is read once, and again when a server refuses it. */
  readonly secrets: SecretSource;
  /** Who signs the tokens of a service that logs in by IAM. @default - RdsTokens, with the credentials of the environment */
  readonly tokens?: TokenSource;
  /** Who logs in, and so what this router may do. */
  readonly login: RouterLogin;
  /** Where a read goes when no replica is eligible. @default 'primary' */
  readonly readFallback?: ReadFallback;
  /** A replica that lags more answers no read, in milliseconds. @default 5000 */
  readonly maxLagMs?: number;
  /** Availability zone of this process: replicas in it come first. @default - zones make no difference */
  readonly zone?: string;
  /** Which of several replicas that may answer. @default 'leastOutstanding' */
  readonly replicaChoice?: ReplicaChoice;
  /**
   * What replicas do while no server takes writes. `read`: those that were within `maxLagMs` when the primary was last heard of go on answering
   * with what they have. `refuse`: they answer until `maxLagMs` have passed.
   * @default 'read'
   */
  readonly whenPrimaryLost?: 'read' | 'refuse';
  /** How long a read in a session waits for a replica to catch up before the primary answers it, in milliseconds. @default 50 */
  readonly catchUpMs?: number;
  /**
   * The part of the primary's pool that reads may take at once when no replica may answer them, in (0, 1]. More wait for their turn, at most
   * `pool.connectTimeoutMs`.
   * @default 0.5
   */
  readonly primaryReadShare?: number;
  /**
   * Signs the tokens of sessions, 32 characters or more: needed where they pass through others' hands, as cookies do. Of several keys the first
   * signs and each is accepted, so that keys can be rotated.
   * @default - tokens are not signed
   */
  readonly tokenKey?: string | readonly string[];
  /** Time between two reads of the topology, in milliseconds. @default - it is read when `refresh()` is called */
  readonly refreshMs?: number;
  /** What stands between this process and the servers, and what sort of process it is. @default - ConnectionProfile.direct() */
  readonly profile?: ConnectionProfile;
  /** Of the pool that each server gets when it is first used; its time-outs and its name are those of clients of caches, too. @default - as large as the tier says of the service, else as the profile says; named `polystore-router` */
  readonly pool?: PoolOptions;
  /** Where the placement of a sharded store is read. @default - where the topology says */
  readonly openPlacement?: (store: string, location: PlacementLocation) => PlacementStore;
  /** Where the key directory of a sharded store is read and written. @default - where the topology says */
  readonly openKeyDirectory?: (store: string, location: KeyDirectoryLocation) => KeyDirectory;
  /** How what key directories say is remembered. @default - 100000 keys a store, for a minute */
  readonly keyCache?: KeyCacheOptions;
}

const DEFAULT_MAX_LAG_MS = 5_000;
const DEFAULT_CATCH_UP_MS = 50;
const DEFAULT_PRIMARY_READ_SHARE = 0.5;

/**
 * Opens a router: reads the topology, the credentials and the placements. No connection is opened before the first statement.
 * Whoever opens it closes it. `T` is the type of the tier definition (`openRouter<typeof tier>`), of which only the type is used.
 * @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID, UNKNOWN_SERVICE, UNKNOWN_SHARD where a shard map names a shard that the
 * topology lacks, POOLED_ENDPOINT_MISSING where the profile needs a proxy that the topology has not
 * @throws {RangeError} where an option is outside of what is allowed
 */
export function openRouter<T extends TierShape = TierShape>(options: RouterOptions): Promise<Router<T>> {
  return openRouterBy<T>(options, ({ trust }) => ({ place, server, credentials }) => ({
    server,
    database: place.database,
    credentials,
    trust,
  }));
}

/**
 * As {@link openRouter}, where something else than the topology says how a server is reached.
 * @throws {PolystoreError} @throws {RangeError} as {@link openRouter}
 */
export async function openRouterBy<T extends TierShape>(
  options: RouterOptions,
  reach: (topology: Topology) => (way: ServerWay) => ConnectionTarget,
): Promise<Router<T>> {
  checkWords(options);
  const maxLagMs = checkAtLeast('maxLagMs', options.maxLagMs ?? DEFAULT_MAX_LAG_MS, 0);
  const catchUpMs = checkAtLeast('catchUpMs', options.catchUpMs ?? DEFAULT_CATCH_UP_MS, 0);
  const refreshMs = options.refreshMs === undefined ? undefined : checkAtLeast('refreshMs', options.refreshMs, 1_000);
  const primaryReadShare = options.primaryReadShare ?? DEFAULT_PRIMARY_READ_SHARE;
  if (!(primaryReadShare > 0 && primaryReadShare <= 1)) {
    throw new RangeError(`primaryReadShare must be in (0, 1], got ${primaryReadShare}`);
  }
  const connection = connectionPolicyOf(options.profile ?? ConnectionProfile.direct(), options.login);
  const pools = { profile: { applicationName: 'polystore-router', ...connection.pool }, own: options.pool ?? {} };
  checkPoolOptions({ ...pools.profile, ...pools.own });
  const tokenKeys = checkTokenKeys(options.tokenKey ?? []);
  const events = new EventHub();
  const topology = await options.topology.read();
  const named = { ...pools.profile, ...pools.own };
  return TierRouter.open<T>({
    topology,
    targetOf: reach(topology),
    source: options.topology,
    refreshMs,
    secrets: options.secrets,
    tokens: options.tokens ?? new RdsTokens(),
    login: options.login,
    policy: {
      fallback: options.readFallback ?? 'primary',
      maxLagMs,
      zone: options.zone,
      choice: options.replicaChoice ?? 'leastOutstanding',
      whenPrimaryLost: options.whenPrimaryLost ?? 'read',
      catchUpMs,
    },
    primaryReadShare,
    tokenCodec: { scope: `${topology.tier}/${topology.stage}`, keys: tokenKeys },
    events,
    telemetry: new Telemetry(events),
    sessions: new SessionScope(),
    connection,
    pools,
    valkey: {
      connectionName: named.applicationName,
      connectTimeoutMs: named.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      ...(named.statementTimeoutMs !== undefined && { commandTimeoutMs: named.statementTimeoutMs }),
    },
    documentdb: {
      appName: named.applicationName,
      connectTimeoutMs: named.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      ...(named.statementTimeoutMs !== undefined && { operationTimeoutMs: named.statementTimeoutMs }),
    },
    neptune: {
      userAgent: named.applicationName,
      connectTimeoutMs: named.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    },
    dynamodb: {
      connectTimeoutMs: named.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      ...(named.statementTimeoutMs !== undefined && { requestTimeoutMs: named.statementTimeoutMs }),
    },
    openPlacement: options.openPlacement ?? openPlacement,
    openKeyDirectory: options.openKeyDirectory ?? openKeyDirectory,
    keyCache: options.keyCache ?? {},
    lifetime: new Lifetime(),
  });
}

/** Options that are one of a few words: a misspelt one would be taken for another, by who has no compiler that says so. */
const WORDS = {
  readFallback: ['primary', 'none'],
  replicaChoice: ['leastOutstanding', 'random', 'roundRobin'],
  whenPrimaryLost: ['read', 'refuse'],
} as const satisfies { readonly [K in keyof RouterOptions]?: readonly RouterOptions[K][] };

const LOGIN_KINDS: readonly RouterLogin['kind'][] = ['service', 'smoke', 'owner'];

function checkWords(options: RouterOptions): void {
  for (const [option, allowed] of Object.entries(WORDS)) {
    const given = options[option as keyof typeof WORDS];
    if (given !== undefined) checkOneOf(option, given, allowed);
  }
  // Left out by who has no compiler.
  const login = options.login as RouterLogin | undefined;
  checkOneOf('login.kind', login?.kind, LOGIN_KINDS);
}

function checkOneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && allowed.includes(value)) return;
  throw new RangeError(`${name} must be one of ${allowed.join(', ')}, got ${value ?? 'nothing'}`);
}

function checkAtLeast(name: string, value: number, least: number): number {
  if (value >= least) return value;
  throw new RangeError(`${name} must be in [${least}, ∞), got ${value}`);
}

/** Never says what the key is. */
function checkTokenKeys(keys: string | readonly string[]): readonly string[] {
  const list = typeof keys === 'string' ? [keys] : keys;
  const short = list.find((key) => key.length < MIN_TOKEN_KEY_LENGTH);
  if (short === undefined) return list;
  throw new RangeError(`tokenKey must have at least ${MIN_TOKEN_KEY_LENGTH} characters, got ${short.length}`);
}
