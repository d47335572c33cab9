import type { PgStatement, PositionReport, QueryResult, QueryResultRow, WalPosition } from '../postgres';
import { decideRoute, type Route } from './decide-route';
import { isEligible, noEligibleReplica, type CatchUp } from './eligibility';
import type { Member } from './member';
import { observe, observeAfter } from './observe';
import type { ReadSite } from './read-site';
import { mayAnswerElsewhere } from './server-errors';
import type { SessionState } from './session-state';
import { BEYOND_ALL } from './session-token';

/** One statement of a session that only reads. */
export interface SessionRead {
  readonly text: PgStatement;
  readonly values: readonly unknown[] | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Runs work on the primary when its turn comes. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** A replica that may answer, and what it is asked first: `after` where nobody knows yet whether it has come so far. */
export interface Choice {
  readonly member: Member;
  readonly after: bigint | undefined;
}

/**
 * The reads of sessions on one cluster. A session never sees less than it has seen: its token is raised by what it reads, too, so that one
 * replica that has caught up does not let it go to another that has not.
 */
export class SessionReads {
  constructor(
    /** Of the cluster, in tokens. */
    private readonly id: string,
    private readonly site: ReadSite,
  ) {}

  /** @throws {PolystoreError} as a read outside a session, and READ_BUDGET_EXHAUSTED */
  read<R extends QueryResultRow>(session: SessionState, read: SessionRead): Promise<QueryResult<R>> {
    const statement = { access: 'read', ...read } as const;
    return this.answer(
      session,
      async ({ member, after }) => {
        const { server } = member;
        const seen = await (after === undefined
          ? observe<R>(server, statement)
          : observeAfter<R>(server, after, statement));
        if (seen.position?.role === 'replica') member.monitor?.observe(seen.position.lsn);
        if (seen.result) this.raise(session, member, seen.position);
        return seen.result;
      },
      (turn) =>
        turn(async () => {
          const { server } = await this.site.primary();
          const { result, position } = await observe<R>(server, statement);
          session.settle(this.id, position);
          return result;
        }),
    );
  }

  /**
   * Lets the replicas that may answer try, one after the other: `tryReplica` resolves with undefined where the replica has not come so far.
   * Where none can, `askPrimary` does, within the turn that it is given.
   * @throws {PolystoreError} NO_ELIGIBLE_REPLICA, READ_BUDGET_EXHAUSTED, and what both throw
   */
  async answer<T>(
    session: SessionState | undefined,
    tryReplica: (choice: Choice) => Promise<T | undefined>,
    askPrimary: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    const { members, policy } = this.site;
    const beganAtMs = performance.now();
    let tried: readonly string[] = [];
    for (;;) {
      const token = session?.positionOf(this.id);
      const choice = this.choose(token, tried);
      if (!choice) break;
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
      const request = this.site.request(tried, undefined);
      const isOpen = (replica: Member): boolean => isEligible(replica, request);
      if (token === undefined || leftMs <= 0 || !(await members.waitFor(token, leftMs, isOpen))) break;
    }
    return askPrimary(this.turnOnPrimary(session?.positionOf(this.id), tried, beganAtMs));
  }

  /** The primary's turn in the replicas' stead, which its budget bounds. A store without replicas has its reads on the primary anyway. */
  private turnOnPrimary(token: WalPosition | undefined, tried: readonly string[], beganAtMs: number): Turn {
    const { members, policy, events, primaryReads } = this.site;
    const { store, shard } = members;
    if (members.replicas.length === 0) return (work) => work();
    if (policy.fallback === 'none') {
      throw noEligibleReplica(members, this.site.request(tried, token && { position: token, proof: 'known' }));
    }
    const reason = this.decide(tried, undefined) ? 'behind' : 'noEligibleReplica';
    events.emit('fallback', { store, shard, reason, waitedMs: Math.round(performance.now() - beganAtMs) });
    return (work) => primaryReads.run({ store, server: members.primary }, work);
  }

  /** A replica that is known to have come so far; else one that may have, and is asked; undefined where none may. */
  private choose(token: WalPosition | undefined, tried: readonly string[]): Choice | undefined {
    const known = this.decide(tried, token && { position: token, proof: 'known' });
    if (known || token === undefined) return known && this.choiceOf(known, undefined);
    const asked = this.decide(tried, { position: token, proof: 'ask' });
    return asked && this.choiceOf(asked, token.lsn);
  }

  private choiceOf(route: Route, after: bigint | undefined): Choice | undefined {
    const { members, events } = this.site;
    if (events.has('route')) events.emit('route', { ...route, access: 'read' });
    const member = members.replicaOf(route.server);
    return member && { member, after };
  }

  /** The route to a replica; undefined where none is eligible. */
  private decide(tried: readonly string[], after: CatchUp | undefined): Route | undefined {
    const route = decideRoute({ ...this.site.request(tried, after), fallback: 'primary' }, this.site.members);
    return route.role === 'replica' ? route : undefined;
  }

  /** A replica's answer may show what the next replica has not. */
  raise(session: SessionState, member: Member, position: PositionReport | undefined): void {
    const { health } = member;
    const known = health.state === 'up' ? health.position?.timeline : undefined;
    const timeline = position?.timeline ?? known ?? session.positionOf(this.id)?.timeline;
    session.raise(this.id, position && timeline !== undefined ? { timeline, lsn: position.lsn } : BEYOND_ALL);
  }
}
