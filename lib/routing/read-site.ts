import type { ClusterMembers } from './cluster-members';
import type { ReadFallback, ReadRequest, ReplicaChoice } from './decide-route';
import type { CatchUp } from './eligibility';
import type { Lifetime } from './lifetime';
import type { Member } from './member';
import type { PrimaryReads } from './primary-reads';
import type { EventHub } from './router-events';
import type { SessionScope } from './session-state';
import type { Telemetry } from './telemetry';

/** How the reads of a router behave. */
export interface ReadPolicy {
  readonly fallback: ReadFallback;
  /** A replica that lags more answers no read, in milliseconds. */
  readonly maxLagMs: number;
  /** Zone of whoever reads, whose replicas come first. */
  readonly zone: string | undefined;
  readonly choice: ReplicaChoice;
  /** What replicas do while no server takes writes, once their lag grows beyond what is allowed. */
  readonly whenPrimaryLost: 'read' | 'refuse';
  /** How long a read of a session waits for a replica to catch up, in milliseconds. */
  readonly catchUpMs: number;
}

/** What all clusters of a router share. */
export interface ClusterContext {
  readonly policy: ReadPolicy;
  readonly lifetime: Lifetime;
  readonly events: EventHub;
  readonly sessions: SessionScope;
  readonly telemetry: Telemetry;
}

/** The reads that a primary takes although there are replicas. */
export interface ReadsOnPrimary {
  /** In the stead of replicas. */
  readonly inStead: PrimaryReads;
  /** Of sessions, right behind their own writes: whether replicas are there or not. */
  readonly behindWrites: PrimaryReads;
}

/** What a read needs of its cluster, in a session or not. */
export interface ReadSite {
  readonly members: ClusterMembers;
  readonly policy: ReadPolicy;
  readonly events: EventHub;
  readonly primaryReads: ReadsOnPrimary;
  /** @param only name of the one replica that may answer @default - any may */
  request(tried: readonly string[], after: CatchUp | undefined, only?: string): ReadRequest;
  /** The server that takes writes. @throws {PolystoreError} SERVER_UNAVAILABLE where none does */
  primary(): Promise<Member>;
  noteLost(name: string, error: unknown): void;
}
