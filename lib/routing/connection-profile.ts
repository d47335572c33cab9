import { PolystoreError } from '../errors';
import type { PoolOptions } from '../postgres';
import { isRelational, type ServerTopology, type StoreTopology, type Topology } from '../topology';
import type { RouterLogin } from './grant';

/** Each server is reached at its own endpoint. */
export interface DirectProfile {
  readonly kind: 'direct';
}

/** Primaries are reached through RDS Proxy. */
export interface RdsProxyProfile {
  readonly kind: 'rdsProxy';
  readonly withoutProxy: 'refuse' | 'direct';
}

/** The process is frozen between two calls. */
export interface LambdaProfile {
  readonly kind: 'lambda';
  readonly through: DirectProfile | RdsProxyProfile;
}

/** What stands between a router and its servers, and what sort of process it lives in. */
export type ConnectionProfile = DirectProfile | RdsProxyProfile | LambdaProfile;

export interface RdsProxyOptions {
  /**
   * What a primary without a proxy in the topology means. `refuse`: the router refuses to open, naming each. `direct`: it is reached directly,
   * as for a tier of which only some stores have proxies. On this machine no store has one, and each is reached directly.
   * @default 'refuse'
   */
  readonly withoutProxy?: 'refuse' | 'direct';
}

export interface LambdaOptions {
  /** The way to primaries. @default - ConnectionProfile.direct() */
  readonly through?: DirectProfile | RdsProxyProfile;
}

/** The profiles, as in `ConnectionProfile.lambda({ through: ConnectionProfile.rdsProxy() })`. */
export const ConnectionProfile = {
  /** A process that lives long, and connects to the servers themselves. */
  direct: (): DirectProfile => ({ kind: 'direct' }),

  /**
   * Statements for primaries, whatever they are, go through the proxy of the topology (`pooled`); reads of replicas, probes, the search for a
   * primary and the positions of replicas go to the servers themselves. The router sends a proxy nothing that pins a connection: no SET of a
   * session, no named statements, no parameter at startup but `application_name`. What the application sends is its own to keep so.
   *
   * A limit of `pool.statementTimeoutMs` is set by SET LOCAL in each transaction. For a single statement it is only how long the router waits:
   * give the role the limit itself (`alter role … set statement_timeout`).
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
   */
  rdsProxy: ({ withoutProxy = 'refuse' }: RdsProxyOptions = {}): RdsProxyProfile => ({
    kind: 'rdsProxy',
    withoutProxy,
  }),

  /**
   * A process that is frozen when it has nothing to do, as one of AWS Lambda is between two invocations. Its pools are small, connections that
   * were unused for a second are asked first ({@link PoolOptions.prePing}), and those that are idle do not hold the process. Replicas are probed
   * when a read needs it, and what was interrupted by a freeze counts against no server.
   */
  lambda: ({ through = { kind: 'direct' } }: LambdaOptions = {}): LambdaProfile => ({ kind: 'lambda', through }),
};

/** When replicas are probed. `always`: every second. `onDemand`: before a read, where the last probe is older. */
export type Probing = 'always' | 'onDemand';

/** How the servers of a router are reached. */
export interface ConnectionPolicy {
  /** The endpoint of primaries that statements go to. */
  readonly primaries: 'direct' | 'pooled';
  readonly withoutProxy: 'refuse' | 'direct';
  readonly probing: Probing;
  /** Of pools, where the router's own options say nothing. */
  readonly pool: PoolOptions;
}

/** An environment of Lambda serves one invocation at a time, which may need a second connection beside its transaction. */
const LAMBDA_POOL: PoolOptions = {
  max: 2,
  // Longer than most pauses of a function in use, much shorter than the half hour after which RDS Proxy ends idle clients.
  idleTimeoutMs: 60_000,
  prePing: { afterIdleMs: 1_000 },
  whenIdle: 'releaseProcess',
};

/**
 * What a profile means for a router of this login.
 * @throws {RangeError} where a proxy would not let the login in
 */
export function connectionPolicyOf(profile: ConnectionProfile, login: RouterLogin): ConnectionPolicy {
  if (profile.kind === 'lambda') {
    return { ...connectionPolicyOf(profile.through, login), probing: 'onDemand', pool: LAMBDA_POOL };
  }
  const policy = { withoutProxy: 'direct', probing: 'always', pool: {} } as const;
  if (profile.kind === 'direct') return { ...policy, primaries: 'direct' };
  if (login.kind !== 'service') {
    throw new RangeError(
      `profile rdsProxy needs a login of kind service, got ${login.kind}: a proxy knows the secrets of services only`,
    );
  }
  return { ...policy, primaries: 'pooled', withoutProxy: profile.withoutProxy };
}

/** The endpoint that statements for a primary go to. */
export function primaryEndpoint({ primaries }: ConnectionPolicy, server: ServerTopology): ServerTopology {
  return primaries === 'pooled' && server.pooled ? { ...server, endpoint: server.pooled } : server;
}

/**
 * Refuses stores of which a primary has no proxy, where the profile needs one.
 * @throws {PolystoreError} POOLED_ENDPOINT_MISSING, with all of them
 */
export function requireProxies(
  { primaries, withoutProxy }: ConnectionPolicy,
  { world, stores }: Topology,
  names: readonly string[],
): void {
  if (primaries === 'direct' || withoutProxy === 'direct' || world === 'local') return;
  const missing = names.flatMap((name) => {
    const store = stores[name];
    return store ? primariesWithoutProxy(name, store) : [];
  });
  if (missing.length === 0) return;
  throw new PolystoreError(
    'POOLED_ENDPOINT_MISSING',
    `profile rdsProxy: the topology has no pooled endpoint for ${missing.join(', ')}`,
    {
      details: { servers: missing },
      next:
        'Give the stores pooling in the tier definition and deploy, or open the router with ' +
        "ConnectionProfile.rdsProxy({ withoutProxy: 'direct' }).",
    },
  );
}

function primariesWithoutProxy(name: string, store: StoreTopology): readonly string[] {
  if (!isRelational(store)) return [];
  if (store.kind === 'postgres') return store.primary.pooled ? [] : [`${name}/${store.primary.name}`];
  return Object.entries(store.shards)
    .filter(([, { primary }]) => !primary.pooled)
    .map(([shard, { primary }]) => `${name}/${shard}/${primary.name}`);
}
