import {
  closeClient,
  detachClient,
  errorCodeOf,
  openClient,
  readServerState,
  type ConnectionTarget,
  type PgClient,
} from '../postgres';
import type { PostgresEngine } from '../topology';
import type { ReplicaHealth } from './decide-route';

/** Time between two probes of a replica, in milliseconds. */
const PROBE_INTERVAL_MS = 1_000;

/** A replica that takes longer to connect, or to answer a probe, is down. In milliseconds. */
const PROBE_TIMEOUT_MS = 1_000;

/**
 * Watches one replica over a connection of its own: who it is and how far behind, every second.
 *
 * It is told of reads that failed ({@link markDown}), so that a dead replica is left at once; the next probe that succeeds brings it back.
 * Neither its timer nor its connection keeps the process alive. Whoever makes it closes it.
 */
export class ReplicaMonitor {
  private current: ReplicaHealth = { state: 'unprobed' };
  private client: PgClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private firstProbe: Promise<void> | undefined;
  private lastProbe: Promise<void> | undefined;
  private closed = false;
  /** A probe that began before this says nothing: the replica was lost after it. */
  private lostAtMs = -Infinity;

  /** Watches nothing until {@link start}. `target` must be a direct endpoint: a pooled one may answer from another server each time. */
  constructor(
    private readonly target: ConnectionTarget,
    private readonly engine: PostgresEngine,
    private readonly applicationName: string,
  ) {}

  get health(): ReplicaHealth {
    return this.current;
  }

  /** Begins to watch; resolves when the first probe is done, well or not. Later calls return the same promise. */
  start(): Promise<void> {
    this.firstProbe ??= this.lastProbe = this.probe();
    return this.firstProbe;
  }

  /** Takes the replica out of use until a later probe succeeds. */
  markDown(error: unknown): void {
    this.lostAtMs = performance.now();
    this.current = { state: 'down', reason: errorCodeOf(error) };
  }

  /** Ends the watch; the last known health stays. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.lastProbe;
    await this.disconnect();
  }

  private async probe(): Promise<void> {
    const startedAtMs = performance.now();
    try {
      const client = (this.client ??= await this.connect());
      const { role, lagMs = 'unknown' } = await readServerState(client, this.engine);
      // Not before the first answer: whoever waits for it must not lose the process under its feet.
      detachClient(client);
      if (startedAtMs > this.lostAtMs) {
        this.current = role === 'replica' ? { state: 'up', lagMs, sampledAtMs: startedAtMs } : { state: 'notReplica' };
      }
    } catch (error) {
      this.markDown(error);
      await this.disconnect();
    }
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.lastProbe = this.probe();
    }, PROBE_INTERVAL_MS).unref();
  }

  private async connect(): Promise<PgClient> {
    const client = await openClient(this.target, {
      timeoutMs: PROBE_TIMEOUT_MS,
      applicationName: this.applicationName,
    });
    // The operating system tells of a killed server at once, long before the next probe.
    client.once('end', () => {
      if (this.client !== client) return;
      this.client = undefined;
      this.markDown(new Error('ended the connection of its monitor'));
    });
    return client;
  }

  private async disconnect(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client) await closeClient(client);
  }
}
