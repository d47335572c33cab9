import type { StoreTopology, Topology } from '../topology';

export interface TierUnderTestOptions {
  readonly topology: Topology;
  /** How long one connection, or one statement, may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** What servers show of the smoke test, as in `pg_stat_activity`. */
export const APPLICATION_NAME = 'polystore-smoke';

/** What the checks of one run share, whatever they prove. Whoever makes it closes it. */
export class TierUnderTest {
  readonly topology: Topology;
  readonly timeoutMs: number;
  private readonly releases: (() => void | Promise<void>)[] = [];

  constructor({ topology, timeoutMs }: TierUnderTestOptions) {
    this.topology = topology;
    this.timeoutMs = timeoutMs;
  }

  store(name: string): StoreTopology {
    return this.topology.stores[name] as StoreTopology;
  }

  /** Has something that checks share released with the tier. */
  onClose(release: () => void | Promise<void>): void {
    this.releases.push(release);
  }

  /** Releases what checks shared. Never throws. */
  async close(): Promise<void> {
    await Promise.allSettled(this.releases.map(async (release) => release()));
  }
}
