import type { PolystoreError } from '../errors';
import type { PgStatement, QueryResult, QueryResultRow, WalPosition } from '../postgres';
import { decideRoute, type Route } from './decide-route';
import { isEligible, noEligibleReplica, type CatchUp } from './eligibility';
import { MarkedReads, type Choice } from './marked-reads';
import type { Member } from './member';
import { observe, type ObservedStatement } from './observe';
import type { ReadSite } from './read-site';
import { CROWDED_MS } from './primary-reads';
import { mayAnswerElsewhere, serverUnavailable } from './server-errors';
import type { SessionState } from './session-state';
import type { StoreServer } from './store-server';

/** One statement of a session that only reads. */
export interface SessionRead {
  readonly text: PgStatement;
  readonly values: readonly unknown[] | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Runs work on the primary when its turn comes. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Who may answer, and how. */
export interface Answerers<T> {
  /** Whether the primary is asked rather than a replica of which nobody knows whether it has come far enough. */
  isPrimaryFirst(): boolean;
  /** Whether the primary, where nobody else may answer, tells its position with its answer, so that it need not be asked for that alone. */
  primaryTells(): boolean;
  /** Resolves with undefined where the replica has not come so far. */
  tryReplica(choice: Choice): Promise<T | undefined>;
  askPrimary(turn: Turn): Promise<T>;
  /** Ends the wait for the primary's turn. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Right after a write the replicas are likely to be behind: the primary answers its session, and nobody is asked how far he has come, until the
 * session pauses for so long. In milliseconds.
 */
const PAUSE_MS = 50;

/** A session that does not pause stays with the primary for so long after its write, in milliseconds. */
const PRIMARY_FIRST_MS = 500;

/**
 * The reads of sessions on one cluster. A session never sees less than it has seen: it stays with the replica that it has read from, so that one
 * that has caught up does not let it go to another that has not, until somebody has asked how far that replica had come.
 */
export class SessionReads {
  readonly marked: MarkedReads;

  constructor(
    /** Of the cluster, in tokens. */
    private readonly id: string,
    private readonly site: ReadSite,
  ) {
    this.marked = new MarkedReads(id, site);
  }

  /** @throws {PolystoreError} as a read outside a session, and READ_BUDGET_EXHAUSTED */
  read<R extends QueryResultRow>(session: SessionState, read: SessionRead): Promise<QueryResult<R>> {
    const statement = { access: 'read', ...read } as const;
    const mark = session.markOf(this.id);
    const isFirst = mark !== undefined && mark.replica === undefined && this.isPrimaryFirst(session);
    if (isFirst) return this.readInTurn<R>(session, statement);
    const { policy, primaryReads } = this.site;
    const primaryTells = (): boolean =>
      policy.fallback === 'primary' && primaryReads.inStead.longestWaitMs < CROWDED_MS;
    return this.readAnywhere<R>(session, statement, primaryTells);
  }

  private readAnywhere<R extends QueryResultRow>(
    session: SessionState,
    statement: ObservedStatement,
    primaryTells: () => boolean,
  ): Promise<QueryResult<R>> {
    return this.answer(session, {
      isPrimaryFirst: () => this.isPrimaryFirst(session),
      primaryTells,
      tryReplica: async (choice) => {
        const { member } = choice;
        const answer = await this.marked.onReplica<R>(session, choice, statement);
        if (answer.position?.role === 'replica') member.monitor?.observe(answer.position.lsn);
        if (answer.verdict === 'another') throw this.forget(member);
        return answer.verdict === 'counts' ? answer.result : undefined;
      },
      askPrimary: (turn) => turn(() => this.readPrimary<R>(session, statement)),
      signal: statement.signal,
    });
  }

  /** A write of a session, or a transaction: `done` settles when it is answered. */
  write<T>(session: SessionState, done: Promise<T>): Promise<T> {
    return this.marked.onPrimary(session, done, () => session.noteWrite(this.id, performance.now()));
  }

  /** Something begins that may write, and ends when what is returned is called. */
  beginWrite(session: SessionState): () => void {
    const end = this.marked.begin(session, undefined);
    return () => {
      end('seen');
      session.noteWrite(this.id, performance.now());
    };
  }

  /** Another server than the one that was known answers by a replica's name. Returns why it has answered nothing. */
  forget({ server, monitor }: Member): PolystoreError<'SERVER_UNAVAILABLE'> {
    void monitor?.forget();
    return serverUnavailable(
      server,
      'reading',
      new Error('another server answers by its name, or a later start of it'),
    );
  }

  /**
   * Lets the replicas that may answer try, one after the other, and where none can, the primary.
   * @throws {PolystoreError} NO_ELIGIBLE_REPLICA, READ_BUDGET_EXHAUSTED, and what both throw
   */
  async answer<T>(
    session: SessionState | undefined,
    { isPrimaryFirst, primaryTells, tryReplica, askPrimary, signal }: Answerers<T>,
  ): Promise<T> {
    const { members, policy, events } = this.site;
    const beganAtMs = performance.now();
    let tried: readonly string[] = [];
    for (;;) {
      const token = session?.positionOf(this.id);
      const mark = session?.markOf(this.id);
      const only = mark && this.marked.stillThere(mark)?.name;
      const choice = mark && only === undefined ? undefined : this.choose(token, tried, only);
      if (!choice) {
        if (!session || !mark || members.replicas.length === 0) break;
        if (mark.replica === undefined && primaryTells()) break;
        if (await this.marked.ask(session, mark)) continue;
        break;
      }
      if (choice.after !== undefined && isPrimaryFirst()) break;
      if (events.has('route')) events.emit('route', { ...choice.route, access: 'read' });
      try {
        const answer = await tryReplica(choice);
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!mayAnswerElsewhere(error)) throw error;
        tried = [...tried, choice.member.name];
        this.site.noteLost(choice.member.name, error);
        continue;
      }
      const leftMs = beganAtMs + policy.catchUpMs - performance.now();
      const request = this.site.request(tried, undefined, only);
      const isOpen = (replica: Member): boolean => isEligible(replica, request);
      if (token === undefined || leftMs <= 0 || !(await members.waitFor(token, leftMs, isOpen))) break;
    }
    return askPrimary(this.turnOnPrimary(session?.positionOf(this.id), tried, { beganAtMs, signal }));
  }

  /** The primary's turn in the replicas' stead, which its budget bounds. A store without replicas has its reads on the primary anyway. */
  private turnOnPrimary(
    token: WalPosition | undefined,
    tried: readonly string[],
    { beganAtMs, signal }: { readonly beganAtMs: number; readonly signal: AbortSignal | undefined },
  ): Turn {
    const { members, policy, events, primaryReads } = this.site;
    const { store, shard } = members;
    if (members.replicas.length === 0) return (work) => work();
    if (policy.fallback === 'none') {
      throw noEligibleReplica(members, this.site.request(tried, token && { position: token, proof: 'known' }));
    }
    const reason = this.decide(tried, undefined) ? 'behind' : 'noEligibleReplica';
    events.emit('fallback', { store, shard, reason, waitedMs: Math.round(performance.now() - beganAtMs) });
    return (work) => primaryReads.inStead.run({ store, server: members.primary }, work, signal);
  }

  /** A replica that is known to have come so far; else one that may have, and is asked; undefined where none may. */
  private choose(token: WalPosition | undefined, tried: readonly string[], only?: string): Choice | undefined {
    const known = this.decide(tried, token && { position: token, proof: 'known' }, only);
    if (known || token === undefined) return known && this.choiceOf(known, undefined);
    const asked = this.decide(tried, { position: token, proof: 'ask' }, only);
    return asked && this.choiceOf(asked, token.lsn);
  }

  private async readPrimary<R extends QueryResultRow>(
    session: SessionState,
    statement: ObservedStatement,
  ): Promise<QueryResult<R>> {
    const { server } = await this.site.primary();
    // Without replicas there is nobody to go on to.
    if (this.isWithPrimary(session) || this.site.members.replicas.length === 0) {
      return this.marked.onPrimary(session, readOn<R>(server, statement));
    }
    const beganAtMs = performance.now();
    const { result, position } = await observe<R>(server, statement);
    this.marked.settle(session, position, beganAtMs);
    return result;
  }

  /** A read of a session that only the primary can answer, which is not asked for its position. */
  private readInTurn<R extends QueryResultRow>(
    session: SessionState,
    statement: ObservedStatement,
  ): Promise<QueryResult<R>> {
    const { members, events, primaryReads } = this.site;
    const { store, shard } = members;
    if (events.has('fallback')) events.emit('fallback', { store, shard, reason: 'behind', waitedMs: 0 });
    const { behindWrites } = primaryReads;
    if (behindWrites.enter()) return this.readEntered<R>(session, statement);
    return behindWrites.turn({ store, server: members.primary }).then(
      () => this.readEntered<R>(session, statement),
      () => this.readAnywhere<R>(session, statement, () => false),
    );
  }

  private readEntered<R extends QueryResultRow>(
    session: SessionState,
    statement: ObservedStatement,
  ): Promise<QueryResult<R>> {
    const { members, primaryReads } = this.site;
    return this.marked.onPrimary(session, readOn<R>(members.writable.server, statement), () =>
      primaryReads.behindWrites.leave(),
    );
  }

  /** Whether a session that has written has not paused since. */
  private isWithPrimary(session: SessionState): boolean {
    const nowMs = performance.now();
    const sinceWriteMs = nowMs - session.lastWriteAtMs(this.id);
    if (sinceWriteMs < PAUSE_MS) return true;
    const mark = session.markOf(this.id);
    if (!mark || mark.replica !== undefined || sinceWriteMs >= PRIMARY_FIRST_MS) return false;
    return nowMs - mark.lastSeenAtMs < PAUSE_MS;
  }

  private isPrimaryFirst(session: SessionState): boolean {
    const { policy, members } = this.site;
    return (
      policy.fallback === 'primary' &&
      // Without replicas its reads are the primary's own, which no budget bounds.
      members.replicas.length > 0 &&
      !members.primaryLoss &&
      this.isWithPrimary(session)
    );
  }

  private choiceOf(route: Route, after: bigint | undefined): Choice | undefined {
    const member = this.site.members.replicaOf(route.server);
    return member && { member, route, after };
  }

  /** The route to a replica; undefined where none is eligible. */
  private decide(tried: readonly string[], after: CatchUp | undefined, only?: string): Route | undefined {
    const route = decideRoute({ ...this.site.request(tried, after, only), fallback: 'primary' }, this.site.members);
    return route.role === 'replica' ? route : undefined;
  }
}

const readOn = <R extends QueryResultRow>(
  server: StoreServer,
  { text, values, signal }: ObservedStatement,
): Promise<QueryResult<R>> =>
  signal ? server.cancellableRead<R>(text, values, signal) : server.query<R>('read', text, values);
