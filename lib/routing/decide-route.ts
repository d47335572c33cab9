import { PolystoreError } from '../errors';
import type { BucketId } from '../placement';
import type { ReplicaLag } from '../postgres';

/** What is known of a replica. Only `up` with a fresh, known lag makes it eligible. */
export type ReplicaHealth =
  | { readonly state: 'unprobed' }
  /** Answered as a replica. `sampledAtMs` is on the clock of {@link ReadRequest.nowMs}. */
  | { readonly state: 'up'; readonly lagMs: ReplicaLag; readonly sampledAtMs: number }
  /** Answered, but is not in recovery: it was promoted, or the topology is out of date. */
  | { readonly state: 'notReplica' }
  | { readonly state: 'down'; readonly reason: string };

/** One replica as a decision sees it. */
export interface ReplicaView {
  /** Unique among the servers of its store. */
  readonly name: string;
  readonly health: ReplicaHealth;
  /** Requests sent to it and not answered yet. */
  readonly outstanding: number;
}

/** One primary with its replicas: a whole store, or one shard of a sharded store. */
export interface RoutingView {
  readonly store: string;
  readonly shard: string | undefined;
  /** Name of the primary. */
  readonly primary: string;
  readonly replicas: readonly ReplicaView[];
}

export interface WriteRequest {
  readonly access: 'write';
  /** Of a request that is placed by a shard key. */
  readonly bucket: BucketId | undefined;
}

export interface ReadRequest {
  readonly access: 'read';
  /** Of a request that is placed by a shard key. */
  readonly bucket: BucketId | undefined;
  /** A replica that lags more is not eligible, in milliseconds. */
  readonly maxLagMs: number;
  /** Where a read goes when no replica is eligible. */
  readonly fallback: ReadFallback;
  /** Now, in milliseconds on any monotonic clock. */
  readonly nowMs: number;
  /** Replicas that this very read has already tried in vain. */
  readonly tried: readonly string[];
}

export type RouteRequest = WriteRequest | ReadRequest;

/** `primary`: read the primary. `none`: fail, so that lost replicas never add load to the primary. */
export type ReadFallback = 'primary' | 'none';

/**
 * Why a route was chosen. `noReplicas`: the store has none, so its reads belong to the primary. `fallback`: it has some, none eligible.
 */
export type RouteReason = 'write' | 'leastOutstanding' | 'onlyEligible' | 'noReplicas' | 'fallback';

/** Where a request goes: the only thing that the rest of the router knows of the decision. */
export interface Route {
  readonly store: string;
  readonly shard: string | undefined;
  /** Of a request that was placed by a shard key. */
  readonly bucket: BucketId | undefined;
  readonly role: 'primary' | 'replica';
  /** Name of the server. */
  readonly server: string;
  readonly reason: RouteReason;
}

/** A source of numbers from 0 (inclusive) to 1 (exclusive). */
export type RandomSource = () => number;

/** A sample older than this says nothing of the present: the process slept, or the probe did not come through. In milliseconds. */
export const MAX_SAMPLE_AGE_MS = 5_000;

/**
 * Decides where a request goes. Pure: the same request, view and random numbers give the same route.
 *
 * A write goes to the primary. A read goes to an eligible replica: of two picked at random, the one with fewer outstanding requests.
 * @throws {PolystoreError} NO_ELIGIBLE_REPLICA where the store has replicas, none is eligible and the fallback is `none`
 * @see https://www.eecs.harvard.edu/~michaelm/postscripts/tpds2001.pdf (the power of two choices)
 */
export function decideRoute(request: RouteRequest, view: RoutingView, random: RandomSource = Math.random): Route {
  const { bucket } = request;
  if (request.access === 'write') return toPrimary(view, 'write', bucket);
  if (view.replicas.length === 0) return toPrimary(view, 'noReplicas', bucket);
  const eligible = countEligible(view.replicas, request);
  if (eligible === 0) {
    if (request.fallback === 'primary') return toPrimary(view, 'fallback', bucket);
    throw noEligibleReplica(view, request);
  }
  if (eligible === 1) return toReplica(view, nthEligible(view.replicas, request, 0), 'onlyEligible', bucket);
  const first = Math.floor(random() * eligible);
  const step = 1 + Math.floor(random() * (eligible - 1));
  const one = nthEligible(view.replicas, request, first);
  const other = nthEligible(view.replicas, request, (first + step) % eligible);
  return toReplica(view, other.outstanding < one.outstanding ? other : one, 'leastOutstanding', bucket);
}

function toPrimary(view: RoutingView, reason: RouteReason, bucket: BucketId | undefined): Route {
  return { store: view.store, shard: view.shard, bucket, role: 'primary', server: view.primary, reason };
}

function toReplica(view: RoutingView, replica: ReplicaView, reason: RouteReason, bucket: BucketId | undefined): Route {
  return { store: view.store, shard: view.shard, bucket, role: 'replica', server: replica.name, reason };
}

function isEligible({ name, health }: ReplicaView, { maxLagMs, nowMs, tried }: ReadRequest): boolean {
  return (
    health.state === 'up' &&
    health.lagMs !== 'unknown' &&
    health.lagMs <= maxLagMs &&
    nowMs - health.sampledAtMs <= MAX_SAMPLE_AGE_MS &&
    !tried.includes(name)
  );
}

// Counting and picking in two passes makes no array for a decision.
function countEligible(replicas: readonly ReplicaView[], request: ReadRequest): number {
  let count = 0;
  for (const replica of replicas) if (isEligible(replica, request)) count++;
  return count;
}

function nthEligible(replicas: readonly ReplicaView[], request: ReadRequest, n: number): ReplicaView {
  let left = n;
  for (const replica of replicas) {
    if (isEligible(replica, request) && left-- === 0) return replica;
  }
  throw new RangeError(`only ${n - left} replicas are eligible, asked for number ${n}`);
}

function noEligibleReplica(view: RoutingView, request: ReadRequest): PolystoreError<'NO_ELIGIBLE_REPLICA'> {
  const replicas = Object.fromEntries(view.replicas.map((replica) => [replica.name, explain(replica, request)]));
  const list = Object.entries(replicas).map(([name, why]) => `${name}: ${why}`);
  return new PolystoreError(
    'NO_ELIGIBLE_REPLICA',
    `store "${view.store}": no replica may answer a read (${list.join('; ')}), and the read fallback is 'none'`,
    {
      details: { store: view.store, replicas },
      retryable: true,
      next: "Retry, or open the router with readFallback: 'primary'.",
    },
  );
}

/** Why a replica is not eligible, for a message. */
function explain({ name, health }: ReplicaView, { maxLagMs, nowMs, tried }: ReadRequest): string {
  if (tried.includes(name)) return 'failed this read';
  switch (health.state) {
    case 'unprobed':
      return 'not probed yet';
    case 'notReplica':
      return 'answers as a primary';
    case 'down':
      return `down: ${health.reason}`;
    case 'up':
      if (health.lagMs === 'unknown') return 'lag unknown';
      if (nowMs - health.sampledAtMs > MAX_SAMPLE_AGE_MS) {
        return `last seen ${Math.round(nowMs - health.sampledAtMs)} ms ago`;
      }
      return `lag ${health.lagMs} ms, allowed ${maxLagMs} ms`;
  }
}
