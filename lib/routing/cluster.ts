import { setTimeout as pause } from 'node:timers/promises';
import { isPolystoreError } from '../errors';
import {
  errorGroupOf,
  readOutcome,
  tracedToCaller,
  type PgPool,
  type PgPoolClient,
  type PgStatement,
  type QueryResult,
  type QueryResultRow,
  type TransactionOutcome,
  type TransactionReference,
} from '../postgres';
import type { BucketId } from '../placement';
import type { Access } from '../topology';
import type { ClusterMembers } from './cluster-members';
import { ClusterPools } from './cluster-pools';
import { decideRoute, type ReadRequest, type Route } from './decide-route';
import type { CatchUp } from './eligibility';
import { requireAccess, type Grant } from './grant';
import type { PostgresHandle, ServerStatus } from './handles';
import type { Lifetime } from './lifetime';
import type { Member } from './member';
import type { EventHub } from './router-events';
import type { ClusterContext, ReadPolicy, ReadsOnPrimary, ReadSite } from './read-site';
import { cancelling, isLostForNow, isPrimaryLoss, mayAnswerElsewhere, noPrimary } from './server-errors';
import { runTransaction } from './server-transaction';
import { SessionReads } from './session-reads';
import type { SessionScope, SessionState } from './session-state';
import type { StoreServer } from './store-server';
import { backoffMs, beginSql, retryLostRaces, type TransactionOptions } from './transaction-options';
import { untilAborted } from './until-aborted';

const NONE_TRIED: readonly string[] = [];

/** How often a statement that is safe to repeat is sent to the primary; the first time counts. */
const MAX_SENDS = 3;

/** How often a read looks for somebody to answer it. */
const MAX_PASSES = 3;

/** A primary with its replicas, a whole store or one shard: decides the route of each statement and runs it there. */
export class Cluster implements PostgresHandle, ReadSite {
  readonly kind = 'postgres';
  readonly store: string;
  readonly shard: string | undefined;
  /** In the token of a session: `main`, `posts/s1`. */
  readonly id: string;
  readonly policy: ReadPolicy;
  readonly events: EventHub;
  private readonly lifetime: Lifetime;
  readonly sessions: SessionScope;
  readonly sessionReads: SessionReads;
  readonly pools: ClusterPools;
  private turn = 0;

  constructor(
    readonly members: ClusterMembers,
    readonly primaryReads: ReadsOnPrimary,
    private readonly grant: Grant,
    { policy, lifetime, events, sessions }: ClusterContext,
  ) {
    this.store = members.store;
    this.shard = members.shard;
    this.id = members.shard === undefined ? members.store : `${members.store}/${members.shard}`;
    this.policy = policy;
    this.lifetime = lifetime;
    this.events = events;
    this.sessions = sessions;
    this.sessionReads = new SessionReads(this.id, this);
    this.pools = new ClusterPools(this);
  }

  write<R extends QueryResultRow>(text: PgStatement, values?: readonly unknown[]): Promise<QueryResult<R>> {
    return this.writeIn<R>(this.sessions.current(), text, values);
  }

  read<R extends QueryResultRow>(
    text: PgStatement,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    return this.readIn<R>(this.sessions.current(), text, values, signal);
  }

  /** {@link write} in a session, or in none. */
  async writeIn<R extends QueryResultRow>(
    session: SessionState | undefined,
    text: PgStatement,
    values?: readonly unknown[],
  ): Promise<QueryResult<R>> {
    this.lifetime.check(this.store);
    requireAccess(this.grant, 'write');
    // Who follows the primary has to be known before it is lost.
    void this.members.watch();
    for (let sends = 1; ; sends++) {
      try {
        const { server } = this.members.primaryLoss ? await this.primary() : this.members.writable;
        this.announce('write');
        if (!session) return await server.query<R>('write', text, values);
        return await this.sessionReads.write(session, server.query<R>('write', text, values));
      } catch (error) {
        if (!(await this.mayBeSentAgain(error, sends))) throw tracedToCaller(error);
      }
    }
  }

  /** {@link read} in a session, or in none. */
  async readIn<R extends QueryResultRow>(
    session: SessionState | undefined,
    text: PgStatement,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    this.lifetime.check(this.store);
    const preparing = this.members.prepare();
    if (preparing) await untilAborted(signal, cancelling(this.members.writable.server), () => preparing);
    let tried = NONE_TRIED;
    for (let passes = 1; ;) {
      this.lifetime.check(this.store);
      const server = session ? undefined : this.replicaFor(tried);
      // One promise a read: with one a step, the router cost a tenth of pg's own throughput.
      try {
        if (server && !signal) return await server.query<R>('read', text, values);
        if (server && signal) return await server.cancellableRead<R>(text, values, signal);
        if (session) return await this.sessionReads.read<R>(session, { text, values, signal });
        return await this.readPrimary<R>(text, values, signal);
      } catch (error) {
        if (server && mayAnswerElsewhere(error)) {
          tried = [...tried, server.name];
          this.noteLost(server.name, error);
          continue;
        }
        if (!isLostForNow(error) || signal?.aborted === true || passes >= MAX_PASSES) throw tracedToCaller(error);
      }
      // For a failover that is just over, not for one that lasts.
      tried = NONE_TRIED;
      await pause(backoffMs(passes++));
      await this.members.look();
    }
  }

  async transaction<T>(
    work: (client: PgPoolClient) => Promise<T>,
    options: TransactionOptions = {},
    signal?: AbortSignal,
  ): Promise<T> {
    requireAccess(this.grant, options.access ?? 'write');
    const begin = beginSql(options, this.members.writable.server);
    const session = this.sessions.current();
    return retryLostRaces(options.retries ?? 0, signal, async () => {
      const { server, client } = await this.checkout(signal);
      try {
        const done = runTransaction(server, { client, begin, work, signal });
        return await (session ? this.sessionReads.write(session, done) : done);
      } catch (error) {
        // What was begun is run again only where the options say so.
        if (isPrimaryLoss(error) || isPolystoreError(error, 'UNKNOWN_OUTCOME')) void this.members.look();
        throw error;
      }
    });
  }

  pool(): PgPool {
    this.lifetime.check(this.store);
    requireAccess(this.grant, 'write');
    return this.pools.primary;
  }

  readPool(): PgPool {
    this.lifetime.check(this.store);
    requireAccess(this.grant, 'read');
    return this.pools.replicas;
  }

  route(access: Access, bucket?: BucketId): Route {
    this.lifetime.check(this.store);
    requireAccess(this.grant, access);
    return decideRoute(access === 'write' ? { access, bucket } : this.readRequest(bucket, NONE_TRIED), this.members);
  }

  async outcomeOf(transaction: TransactionReference): Promise<TransactionOutcome> {
    this.lifetime.check(this.store);
    const { server, client } = await this.checkout(undefined);
    try {
      const outcome = await readOutcome(client, transaction);
      client.release();
      return outcome;
    } catch (error) {
      client.release(true);
      throw await server.translate(error, 'reading', undefined);
    }
  }

  servers(): readonly ServerStatus[] {
    const { writable, replicas } = this.members;
    return [writable, ...replicas].map((member) => {
      const { name, role, endpoint, outstanding, poolStatus: pool } = member.server;
      return { name, role, endpoint, outstanding, health: member === writable ? undefined : member.health, pool };
    });
  }

  /** Closes every connection. The lifetime of the router has ended before. */
  close(): Promise<void> {
    return this.members.close();
  }

  request(tried: readonly string[], after: CatchUp | undefined, only?: string): ReadRequest {
    const request = this.readRequest(undefined, tried, after);
    return only === undefined ? request : { ...request, only };
  }

  async primary(): Promise<Member> {
    if (!this.members.primaryLoss) return this.members.writable;
    const round = await this.members.look();
    if (round.primary) return round.primary;
    throw noPrimary(this.members.writable.server, round);
  }

  noteLost(name: string, error: unknown): void {
    if (!(error instanceof Error) || errorGroupOf(error.cause) !== 'unavailable') return;
    this.members.replicaOf(name)?.monitor?.markDown(error.cause);
  }

  /** The replica that a read goes to; undefined for the primary. */
  private replicaFor(tried: readonly string[]): StoreServer | undefined {
    const route = decideRoute(this.readRequest(undefined, tried), this.members);
    if (this.events.has('route')) this.events.emit('route', { ...route, access: 'read' });
    return route.role === 'replica' ? this.members.replicaOf(route.server)?.server : undefined;
  }

  private async readPrimary<R extends QueryResultRow>(
    text: PgStatement,
    values: readonly unknown[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    const read = async (): Promise<QueryResult<R>> => {
      const { server } = this.members.primaryLoss ? await this.primary() : this.members.writable;
      return signal ? server.cancellableRead<R>(text, values, signal) : server.query<R>('read', text, values);
    };
    const { store, shard, members } = this;
    if (members.replicas.length === 0) return read();
    this.events.emit('fallback', { store, shard, reason: 'noEligibleReplica', waitedMs: 0 });
    return this.primaryReads.inStead.run({ store, server: members.primary }, read, signal);
  }

  /** A connection to the primary, on which nothing was sent yet. */
  async checkout(signal: AbortSignal | undefined): Promise<{ server: StoreServer; client: PgPoolClient }> {
    void this.members.watch();
    for (let sends = 1; ; sends++) {
      this.lifetime.check(this.store);
      try {
        const { server } = this.members.primaryLoss ? await this.primary() : this.members.writable;
        const client = await server.checkout(signal);
        this.announce('write');
        return { server, client };
      } catch (error) {
        if (!(await this.mayBeSentAgain(error, sends))) throw error;
      }
    }
  }

  async prepare(): Promise<void> {
    this.lifetime.check(this.store);
    await this.members.prepare();
    this.lifetime.check(this.store);
  }

  private readRequest(bucket: BucketId | undefined, tried: readonly string[], after?: CatchUp): ReadRequest {
    const { maxLagMs, fallback, zone, choice, whenPrimaryLost } = this.policy;
    const primaryLostAtMs = whenPrimaryLost === 'read' ? this.members.primaryLostAtMs : undefined;
    const turn = this.turn++;
    const nowMs = performance.now();
    return { access: 'read', bucket, maxLagMs, fallback, nowMs, tried, after, primaryLostAtMs, zone, choice, turn };
  }

  private announce(access: Access): void {
    if (this.events.has('route')) this.events.emit('route', { ...this.route(access), access });
  }

  /** Looks for the primary where an error says that it is lost, or may be; whether the statement is then safe to send to whoever was found. */
  private async mayBeSentAgain(error: unknown, sends: number): Promise<boolean> {
    if (isPolystoreError(error, 'POOL_EXHAUSTED')) this.members.suspect();
    if (!isPrimaryLoss(error)) return false;
    if (error.retryable) this.lifetime.check(this.store);
    const looking = this.members.look();
    if (!error.retryable || sends >= MAX_SENDS) return false;
    const { primary } = await looking;
    return primary !== undefined;
  }
}
