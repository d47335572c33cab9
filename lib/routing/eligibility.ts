import { PolystoreError } from '../errors';
import type { ReplicaLag, WalPosition } from '../postgres';

/** What is known of a replica. Only `up` with a fresh, known lag makes it eligible. */
export type ReplicaHealth =
  | { readonly state: 'unprobed' }
  | ReplicaSample
  /** Answered, but is not in recovery: it was promoted, or the topology is out of date. */
  | { readonly state: 'notReplica' }
  | { readonly state: 'down'; readonly reason: string };

/** A replica that answered as one. */
export interface ReplicaSample {
  readonly state: 'up';
  /** What it serves was true at most so long before the sample. */
  readonly lagMs: ReplicaLag;
  /** On the clock of {@link EligibilityRequest.nowMs}. */
  readonly sampledAtMs: number;
  /** How far it had come at least; absent where it can't tell, or another server may answer by its name. */
  readonly position?: WalPosition | undefined;
  /** Nothing that it showed before the sample lies beyond; absent as the position is. */
  readonly showsUpTo?: WalPosition | undefined;
  /** Tells it from every other replica, and from itself before its last start; absent where another server may answer by its name. */
  readonly mark?: string | undefined;
  /** In microseconds since 1970; absent as the mark is. */
  readonly startedAtUs?: number | undefined;
}

/** One replica as a decision sees it. */
export interface ReplicaView {
  /** Unique among the servers of its store. */
  readonly name: string;
  /** Availability zone, where known. */
  readonly zone?: string | undefined;
  readonly health: ReplicaHealth;
  /** Requests sent to it and not answered yet. */
  readonly outstanding: number;
}

/** What a replica must have replayed before it may answer. */
export interface CatchUp {
  readonly position: WalPosition;
  /**
   * `known`: a sample shows that the replica has come so far. `ask`: its timeline is right, and whoever reads asks it on the connection that
   * the read is sent on.
   */
  readonly proof: 'known' | 'ask';
}

/** What a read asks of a replica. */
export interface EligibilityRequest {
  /** A replica that lags more is not eligible, in milliseconds. */
  readonly maxLagMs: number;
  /** Now, in milliseconds on any monotonic clock. */
  readonly nowMs: number;
  /** Replicas that this very read has already tried in vain. */
  readonly tried: readonly string[];
  /** Of a read in a session that has seen something of this cluster. */
  readonly after?: CatchUp | undefined;
  /** Name of the one replica that may answer: a session has read from it, and nobody knows how far it had come. @default - any may */
  readonly only?: string | undefined;
  /**
   * The primary is lost, was last heard of at this time, and replicas may answer with what they have: lag is counted up to then.
   * @default - lag is counted up to now
   */
  readonly primaryLostAtMs?: number | undefined;
}

/** A sample older than this says nothing of the present: the process slept, or the probe did not come through. In milliseconds. */
export const MAX_SAMPLE_AGE_MS = 5_000;

export function isEligible({ name, health }: ReplicaView, request: EligibilityRequest): boolean {
  if (health.state !== 'up' || health.lagMs === 'unknown') return false;
  const { maxLagMs, nowMs, tried, after, only, primaryLostAtMs } = request;
  return (
    (only === undefined || name === only) &&
    countedLag(health.lagMs, health.sampledAtMs, primaryLostAtMs) <= maxLagMs &&
    nowMs - health.sampledAtMs <= MAX_SAMPLE_AGE_MS &&
    !tried.includes(name) &&
    (after === undefined || hasReached(health.position, after))
  );
}

/** A replica that can't lag further behind, for nobody writes, is as old as it was when the primary was lost. */
function countedLag(lagMs: number, sampledAtMs: number, primaryLostAtMs: number | undefined): number {
  return primaryLostAtMs === undefined ? lagMs : lagMs - Math.max(0, sampledAtMs - primaryLostAtMs);
}

function hasReached(position: WalPosition | undefined, { position: token, proof }: CatchUp): boolean {
  if (proof === 'ask') return position === undefined || position.timeline === token.timeline;
  return position !== undefined && position.timeline === token.timeline && position.lsn >= token.lsn;
}

/** Who could not answer, and for whom. */
interface Unanswered {
  readonly store: string;
  readonly replicas: readonly ReplicaView[];
}

export function noEligibleReplica(
  { store, replicas }: Unanswered,
  request: EligibilityRequest,
): PolystoreError<'NO_ELIGIBLE_REPLICA'> {
  const reasons = Object.fromEntries(replicas.map((replica) => [replica.name, explain(replica, request)]));
  const list = Object.entries(reasons).map(([name, why]) => `${name}: ${why}`);
  return new PolystoreError(
    'NO_ELIGIBLE_REPLICA',
    `store "${store}": no replica may answer a read (${list.join('; ')}), and the read fallback is 'none'`,
    {
      details: { store, replicas: reasons },
      retryable: true,
      next: "Retry, or open the router with readFallback: 'primary'.",
    },
  );
}

/** Why a replica is not eligible, for a message. */
function explain({ name, health }: ReplicaView, request: EligibilityRequest): string {
  const { maxLagMs, nowMs, tried, after, primaryLostAtMs } = request;
  if (tried.includes(name)) return 'failed this read';
  switch (health.state) {
    case 'unprobed':
      return 'not probed yet';
    case 'notReplica':
      return 'answers as a primary';
    case 'down':
      return `down: ${health.reason}`;
    case 'up': {
      if (health.lagMs === 'unknown') return 'lag unknown';
      if (nowMs - health.sampledAtMs > MAX_SAMPLE_AGE_MS) {
        return `last seen ${Math.round(nowMs - health.sampledAtMs)} ms ago`;
      }
      const lagMs = countedLag(health.lagMs, health.sampledAtMs, primaryLostAtMs);
      if (after && lagMs <= maxLagMs) return 'has not replayed what the session has seen';
      return `lag ${lagMs} ms, allowed ${maxLagMs} ms`;
    }
  }
}
