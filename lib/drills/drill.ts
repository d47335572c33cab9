import type { PostgresTopology, StoreTopology, Topology } from '../topology';
import type { DrillTier } from './drill-tier';
import type { Rehearsal } from './rehearsal';

/** A situation of a runbook that can be made real on this machine. */
export type DrillName = 'failover' | 'replica-lag' | 'connections' | 'storage';

/** What a drill needs of the tier that it is held on. */
export type DrillNeeds =
  /** It can be undone by SQL, so it may be held on a tier that another process supervises. */
  | 'anyTier'
  /** It ends servers and starts others: only on a tier of its own. */
  | 'ownTier'
  /** As `ownTier`, and a disk so small that it can be filled: Linux with user namespaces. */
  | 'ownTierOnSmallDisk';

/** A rehearsed runbook: it makes one situation real, follows the runbook's steps, and leaves nothing of itself. */
export interface Drill {
  readonly name: DrillName;
  /** File name of its runbook, without the ending. */
  readonly runbook: string;
  /** What becomes real, one sentence. */
  readonly situation: string;
  readonly needs: DrillNeeds;
  /** Whether it can be held on a store; else why not, after the store's name. */
  readonly refuses: (store: StoreTopology) => string | undefined;
  /**
   * Breaks, detects, mitigates, and waits until clients are served again. It registers with the rehearsal what undoes each thing before it does it.
   * @returns the topology that is true afterwards, where it is another
   * @throws whatever fails; the rehearsal undoes what was done
   */
  hold(rehearsal: Rehearsal, tier: DrillTier, store: string): Promise<Topology | undefined>;
}

/** The store of a drill on a primary with replicas. */
export function postgresStoreOf({ stores }: Topology, store: string): PostgresTopology {
  const found = stores[store];
  if (found?.kind !== 'postgres') throw new RangeError(`store "${store}" is no single primary`);
  return found;
}
