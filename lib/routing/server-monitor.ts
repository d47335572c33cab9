import { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, isBrokenCircuitError } from 'cockatiel';
import {
  closeClient,
  detachClient,
  errorCodeOf,
  errorGroupOf,
  openClient,
  parsePosition,
  positionStatement,
  readServerState,
  type ConnectionTarget,
  type PgClient,
  type ServerState,
  type WalPosition,
} from '../postgres';
import type { PostgresEngine } from '../topology';
import { CatchUpWait } from './catch-up-wait';
import type { ReplicaHealth, ReplicaSample } from './eligibility';
import { LagBound } from './lag-bound';
import type { MonitorListener } from './monitor-listener';
import { markOf } from './read-mark';
import type { RoleAnswer } from './role-answer';

/** Time between two probes of a server that is well, in milliseconds. */
export const PROBE_INTERVAL_MS = 1_000;

/** A server that takes longer to connect, or to answer a probe, is down. In milliseconds. */
const PROBE_TIMEOUT_MS = 1_000;

/** How often a server that is down is thought of; the breaker says whether it is tried. In milliseconds. */
const DOWN_INTERVAL_MS = 250;

/** When a server that is down is tried again: after about half a second, then less and less often, so that a dead host costs little. */
const TRY_AGAIN = { initialDelay: 500, maxDelay: 4_000 };

/** Whom a name leads to: one server, or, as the reader endpoint of an Aurora cluster, another one with each connection. */
export type Reach = 'oneServer' | 'anyOfSeveral';

/** What a read needs of a monitor that was started. */
export type ProbeNeed = 'none' | 'probe' | 'wait';

/** What a server said, and when it was asked, on the clock of `performance.now()`. */
export interface Answer {
  readonly state: ServerState;
  readonly askedAtMs: number;
}

/**
 * Watches one server over a connection of its own: who it is, how far it has come and how far behind it is.
 *
 * A circuit breaker stands between it and a server that is down. It is told of reads that failed ({@link markDown}), so that a dead replica is
 * left at once; the first probe that succeeds brings it back. Neither its timers nor its connection keep the process alive. Whoever makes it
 * closes it.
 */
export class ServerMonitor {
  private current: ReplicaHealth = { state: 'unprobed' };
  private client: PgClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<Answer> | undefined;
  private firstProbe: Promise<void> | undefined;
  private lastProbe: Promise<void> | undefined;
  private closed = false;
  /** An answer to a question of before says nothing: the server was lost after it. */
  private lostAtMs = -Infinity;
  private readonly lag = new LagBound();
  private sample: ReplicaSample | undefined;
  private readonly catchUp = new CatchUpWait(() => this.askReplayed());
  private readonly breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(1),
    halfOpenAfter: new ExponentialBackoff(TRY_AGAIN),
  });

  /** Watches nothing until {@link start}. `target` must be a direct endpoint: a pooled one may answer from another server each time. */
  constructor(
    private readonly target: ConnectionTarget,
    private readonly engine: PostgresEngine,
    private readonly applicationName: string,
    readonly reach: Reach = 'oneServer',
    private readonly listener?: MonitorListener,
  ) {
    this.breaker.onBreak((why) => this.listener?.turned('open', 'error' in why ? errorCodeOf(why.error) : undefined));
    this.breaker.onHalfOpen(() => this.listener?.turned('halfOpen', undefined));
    this.breaker.onReset(() => this.listener?.turned('closed', undefined));
  }

  get health(): ReplicaHealth {
    return this.current;
  }

  /** Whether a read has to call {@link start} again, and to wait for it. */
  get need(): ProbeNeed {
    return 'none';
  }

  /** The last answer as a replica, also of one that is down now: how far it had come then, it had come. */
  get lastSample(): ReplicaSample | undefined {
    return this.sample;
  }

  /** Begins to watch; resolves when the first probe is done, well or not. Later calls return the same promise. */
  start(): Promise<void> {
    return (this.firstProbe ??= this.probeNow());
  }

  protected probeNow(): Promise<void> {
    this.lastProbe = this.probe();
    return this.lastProbe;
  }

  /** Asks now, whatever the breaker says. Never rejects. */
  async askRole(): Promise<RoleAnswer> {
    if (this.closed) return { kind: 'unclear', error: watchEnded() };
    try {
      const answer = await this.ask();
      this.note(answer);
      const { role, position } = answer.state;
      return role === 'primary' ? { kind: 'primary', position } : { kind: 'replica' };
    } catch (error) {
      this.markDown(error);
      await this.disconnect();
      return { kind: errorGroupOf(error) === 'unavailable' ? 'silent' : 'unclear', error };
    }
  }

  /** Closes the connection: the next one goes to where the server's name points then. */
  reconnect(): Promise<void> {
    return this.disconnect();
  }

  /** Closes the connection of a server that was only asked, and is not watched. */
  async rest(): Promise<void> {
    if (!this.firstProbe) await this.disconnect();
  }

  /** Another server answers by its name, or itself after a start: nothing that is known of it holds. Out of use until the next probe. */
  forget(): Promise<void> {
    this.markDown(new Error('another server answers by its name, or a later start of it'));
    return this.disconnect();
  }

  /** Takes the server out of use until a later probe succeeds. */
  markDown(error: unknown): void {
    const isNews = this.current.state !== 'down';
    this.fall(error);
    if (isNews) this.breaker.execute(() => Promise.reject(error)).catch(() => undefined);
  }

  /** Notes how far a replica has come, as somebody else has learned from it. */
  observe(lsn: bigint): void {
    const { current } = this;
    if (this.reach !== 'oneServer' || current.state !== 'up' || !current.position) return;
    if (lsn > current.position.lsn) this.current = { ...current, position: { ...current.position, lsn } };
    this.catchUp.reached(lsn);
  }

  /**
   * Waits until the replica has replayed `position`, at most `ms` milliseconds; resolves to whether it has. However many wait, the replica is
   * asked once at a time, and on the monitor's own connection.
   */
  waitFor(position: WalPosition, ms: number): Promise<boolean> {
    const { current } = this;
    if (this.reach !== 'oneServer' || current.state !== 'up' || current.position?.timeline !== position.timeline) {
      return Promise.resolve(false);
    }
    return this.catchUp.waitFor(position.lsn, ms);
  }

  /** Ends the watch; the last known health stays. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.lastProbe;
    await this.asking?.catch(() => undefined);
    await this.catchUp.close();
    await this.disconnect();
  }

  private async probe(): Promise<void> {
    try {
      this.note(await this.breaker.execute(() => this.ask()));
    } catch (error) {
      if (!isBrokenCircuitError(error) && !this.closed) {
        this.fall(error);
        await this.disconnect();
      }
    }
    if (!this.closed) this.probeLater();
  }

  protected probeLater(): void {
    const wait = this.current.state === 'down' ? DOWN_INTERVAL_MS : PROBE_INTERVAL_MS;
    this.timer = setTimeout(() => void this.probeNow(), wait).unref();
  }

  /** One question at a time: who asks meanwhile gets the same answer. */
  private ask(): Promise<Answer> {
    // Nobody would close the connection that it needs.
    if (this.closed) return Promise.reject(watchEnded());
    this.asking ??= this.askOnce().finally(() => (this.asking = undefined));
    return this.asking;
  }

  protected get isConnected(): boolean {
    return this.client !== undefined;
  }

  protected async askOnce(): Promise<Answer> {
    const askedAtMs = performance.now();
    const client = (this.client ??= await this.connect());
    const state = await readServerState(client, this.engine);
    // Not before the first answer: whoever waits for it must not lose the process under its feet.
    detachClient(client);
    return { state, askedAtMs };
  }

  private note({ state, askedAtMs }: Answer): void {
    if (askedAtMs <= this.lostAtMs) return;
    const { role, lagMs = 'unknown', position } = state;
    this.current =
      role === 'primary'
        ? { state: 'notReplica' }
        : {
            state: 'up',
            lagMs: this.reach === 'oneServer' ? this.lag.after(state, askedAtMs) : lagMs,
            sampledAtMs: askedAtMs,
            ...(this.reach === 'oneServer' && {
              position,
              showsUpTo: state.showsUpTo,
              mark: markOf(this.target.server.name, state.startedAtUs),
              startedAtUs: state.startedAtUs,
            }),
          };
    if (this.current.state === 'up') this.sample = this.current;
    if (position) this.observe(position.lsn);
    this.listener?.answered(state, askedAtMs);
  }

  /** How far the replica has come, for those who wait for it; undefined where it can't be asked. */
  private async askReplayed(): Promise<bigint | undefined> {
    if (!this.client) return undefined;
    const { text, name } = positionStatement(this.engine, 'direct');
    try {
      const { rows } = await this.client.query({ text, rowMode: 'array', ...(name !== undefined && { name }) });
      const report = parsePosition(this.engine, rows);
      if (report?.role !== 'replica') return undefined;
      this.observe(report.lsn);
      return report.lsn;
    } catch (error) {
      this.markDown(error);
      return undefined;
    }
  }

  private fall(error: unknown): void {
    this.lostAtMs = performance.now();
    if (this.current.state !== 'down') this.current = { state: 'down', reason: errorCodeOf(error) };
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
      this.ended();
    });
    return client;
  }

  /** The server ended the connection. */
  protected ended(): void {
    this.markDown(new Error('ended the connection of its monitor'));
  }

  protected async disconnect(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client) await closeClient(client);
  }
}

const watchEnded = (): Error => new Error('the watch of this server has ended');
