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
  async read<R extends QueryResultRow>(session: SessionState, read: SessionRead): Promise<QueryResult<R>> {
    const { members, policy } = this.site;
    const beganAtMs = performance.now();
    let tried: readonly string[] = [];
    for (;;) {
      const token = session.positionOf(this.id);
      const choice = this.choose(token, tried);
      if (!choice) break;
      const { member, after } = choice;
      try {
        const statement = { access: 'read', ...read } as const;
        const { server } = member;
        const seen = await (after === undefined
          ? observe<R>(server, statement)
          : observeAfter<R>(server, after, statement));
        if (seen.position?.role === 'replica') member.monitor?.observe(seen.position.lsn);
        if (seen.result) {
          this.raise(session, member, seen.position);
          return seen.result;
        }
      } catch (error) {
        if (!mayAnswerElsewhere(error)) throw error;
        tried = [...tried, member.name];
        this.site.noteLost(member.name, error);
        continue;
      }
      const leftMs = beganAtMs + policy.catchUpMs - performance.now();
      const request = this.site.request(tried, undefined);
      const isOpen = (replica: Member): boolean => isEligible(replica, request);
      if (token === undefined || leftMs <= 0 || !(await members.waitFor(token, leftMs, isOpen))) break;
    }
    return this.readPrimary<R>(session, read, beganAtMs, tried);
  }

  /** A replica that is known to have come so far; else one that may have, and is asked; undefined where none may. */
  choose(token: WalPosition | undefined, tried: readonly string[]): Choice | undefined {
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
  decide(tried: readonly string[], after: CatchUp | undefined): Route | undefined {
    const route = decideRoute({ ...this.site.request(tried, after), fallback: 'primary' }, this.site.members);
    return route.role === 'replica' ? route : undefined;
  }

  private async readPrimary<R extends QueryResultRow>(
    session: SessionState,
    read: SessionRead,
    beganAtMs: number,
    tried: readonly string[],
  ): Promise<QueryResult<R>> {
    const { members, policy, events, primaryReads } = this.site;
    const { store, shard } = members;
    const ask = async (): Promise<QueryResult<R>> => {
      const { server } = await this.site.primary();
      const { result, position } = await observe<R>(server, { access: 'read', ...read });
      const { timeline, lsn } = position ?? BEYOND_ALL;
      if (timeline !== undefined) session.settle(this.id, { timeline, lsn });
      else session.raise(this.id, BEYOND_ALL);
      return result;
    };
    if (members.replicas.length === 0) return ask();
    const token = session.positionOf(this.id);
    if (policy.fallback === 'none') {
      throw noEligibleReplica(members, this.site.request(tried, token && { position: token, proof: 'known' }));
    }
    const reason = this.decide(tried, undefined) ? 'behind' : 'noEligibleReplica';
    events.emit('fallback', { store, shard, reason, waitedMs: Math.round(performance.now() - beganAtMs) });
    return primaryReads.run({ store, server: members.primary }, ask);
  }

  /** A replica's answer may show what the next replica has not. */
  raise(session: SessionState, member: Member, position: PositionReport | undefined): void {
    const { health } = member;
    const known = health.state === 'up' ? health.position?.timeline : undefined;
    const timeline = position?.timeline ?? known ?? session.positionOf(this.id)?.timeline;
    session.raise(this.id, position && timeline !== undefined ? { timeline, lsn: position.lsn } : BEYOND_ALL);
  }
}
