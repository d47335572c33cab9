import type { BucketId } from '../placement';
import { isEligible, noEligibleReplica, type EligibilityRequest, type ReplicaView } from './eligibility';

export type { CatchUp, EligibilityRequest, ReplicaHealth, ReplicaSample, ReplicaView } from './eligibility';
export { MAX_SAMPLE_AGE_MS } from './eligibility';

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

export interface ReadRequest extends EligibilityRequest {
  readonly access: 'read';
  /** Of a request that is placed by a shard key. */
  readonly bucket: BucketId | undefined;
  /** Where a read goes when no replica is eligible. */
  readonly fallback: ReadFallback;
  /** Zone of whoever asks: its replicas come first. */
  readonly zone?: string | undefined;
  /** @default 'leastOutstanding' */
  readonly choice?: ReplicaChoice | undefined;
  /** Counts the reads, for `roundRobin`. @default 0 */
  readonly turn?: number | undefined;
}

export type RouteRequest = WriteRequest | ReadRequest;

/** `primary`: read the primary. `none`: fail, so that lost replicas never add load to the primary. */
export type ReadFallback = 'primary' | 'none';

/**
 * Which of several eligible replicas. `leastOutstanding`: of two picked at random, the one with fewer outstanding requests. `random`: any.
 * `roundRobin`: one after the other.
 */
export type ReplicaChoice = 'leastOutstanding' | 'random' | 'roundRobin';

/**
 * Why a route was chosen. `noReplicas`: the store has none, so its reads belong to the primary. `fallback`: it has some, none eligible.
 */
export type RouteReason = 'write' | ReplicaChoice | 'onlyEligible' | 'noReplicas' | 'fallback';

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

/**
 * Decides where a request goes. Pure: the same request, view and random numbers give the same route.
 *
 * A write goes to the primary. A read goes to an eligible replica, one in the zone of whoever asks where there is one, chosen as
 * {@link ReadRequest.choice} says.
 * @throws {PolystoreError} NO_ELIGIBLE_REPLICA where the store has replicas, none is eligible and the fallback is `none`
 * @see https://www.eecs.harvard.edu/~michaelm/postscripts/tpds2001.pdf (the power of two choices)
 */
export function decideRoute(request: RouteRequest, view: RoutingView, random: RandomSource = Math.random): Route {
  const { bucket } = request;
  if (request.access === 'write') return toPrimary(view, 'write', bucket);
  if (view.replicas.length === 0) return toPrimary(view, 'noReplicas', bucket);
  const near = request.zone === undefined ? 0 : countEligible(view.replicas, request, request.zone);
  const zone = near > 0 ? request.zone : undefined;
  const eligible = near > 0 ? near : countEligible(view.replicas, request, undefined);
  if (eligible === 0) {
    if (request.fallback === 'primary') return toPrimary(view, 'fallback', bucket);
    throw noEligibleReplica(view, request);
  }
  const nth = (n: number): ReplicaView => nthEligible(view.replicas, request, zone, n);
  if (eligible === 1) return toReplica(view, nth(0), 'onlyEligible', bucket);
  const choice = request.choice ?? 'leastOutstanding';
  switch (choice) {
    case 'random':
      return toReplica(view, nth(Math.floor(random() * eligible)), choice, bucket);
    case 'roundRobin':
      return toReplica(view, nth((request.turn ?? 0) % eligible), choice, bucket);
    case 'leastOutstanding': {
      const first = Math.floor(random() * eligible);
      const step = 1 + Math.floor(random() * (eligible - 1));
      const one = nth(first);
      const other = nth((first + step) % eligible);
      return toReplica(view, other.outstanding < one.outstanding ? other : one, choice, bucket);
    }
  }
}

function toPrimary(view: RoutingView, reason: RouteReason, bucket: BucketId | undefined): Route {
  return { store: view.store, shard: view.shard, bucket, role: 'primary', server: view.primary, reason };
}

function toReplica(view: RoutingView, replica: ReplicaView, reason: RouteReason, bucket: BucketId | undefined): Route {
  return { store: view.store, shard: view.shard, bucket, role: 'replica', server: replica.name, reason };
}

// Counting and picking in two passes makes no array for a decision.
function countEligible(replicas: readonly ReplicaView[], request: ReadRequest, zone: string | undefined): number {
  let count = 0;
  for (const replica of replicas) if (isIn(replica, zone) && isEligible(replica, request)) count++;
  return count;
}

function nthEligible(
  replicas: readonly ReplicaView[],
  request: ReadRequest,
  zone: string | undefined,
  n: number,
): ReplicaView {
  let left = n;
  for (const replica of replicas) {
    if (isIn(replica, zone) && isEligible(replica, request) && left-- === 0) return replica;
  }
  throw new RangeError(`only ${n - left} replicas are eligible, asked for number ${n}`);
}

const isIn = (replica: ReplicaView, zone: string | undefined): boolean => zone === undefined || replica.zone === zone;
