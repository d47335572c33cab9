import type { PgStatement, PositionReport, QueryResult, QueryResultRow, WalPosition } from '../postgres';
import { decideRoute, type Route } from './decide-route';
import { isEligible, noEligibleReplica, type CatchUp } from './eligibility';
import type { Member } from './member';
import { askPosition, observe, observeAfter, queryAfter, type Behind, type Observed } from './observe';
import type { ReadMark } from './read-mark';
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
 * The reads of sessions on one cluster. A session never sees less than it has seen: it stays with the replica that it has read from, so that one
 * that has caught up does not let it go to another that has not, until somebody has asked how far that replica had come.
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
      const mark = session.markOf(this.id);
      const only = mark && this.stillThere(mark)?.name;
      const choice = mark && only === undefined ? undefined : this.choose(token, tried, only);
      if (!choice) {
        if (mark && (await this.ask(session, mark))) continue;
        break;
      }
      const { monitor } = choice.member;
      try {
        const isLikelyBehind = choice.after !== undefined && monitor?.catchUp.isExpected === true;
        const seen = isLikelyBehind ? undefined : await this.readFrom<R>(session, choice, read);
        if (seen?.position?.role === 'replica') monitor?.observe(seen.position.lsn);
        if (seen?.result) return seen.result;
        if (seen) monitor?.catchUp.noteBehind();
      } catch (error) {
        if (!mayAnswerElsewhere(error)) throw error;
        tried = [...tried, choice.member.name];
        this.site.noteLost(choice.member.name, error);
        continue;
      }
      const leftMs = beganAtMs + policy.catchUpMs - performance.now();
      const request = { ...this.site.request(tried, undefined), only };
      const isOpen = (replica: Member): boolean => isEligible(replica, request);
      if (token === undefined || leftMs <= 0 || !(await members.waitFor(token, leftMs, isOpen))) break;
    }
    return this.readPrimary<R>(session, read, beganAtMs, tried);
  }

  /**
   * Finds out how far the replica had come that the session has read from, so that another may answer it. Where nobody can say any more, only the
   * primary may.
   */
  async settleReads(session: SessionState): Promise<void> {
    const mark = session.markOf(this.id);
    if (mark) await this.ask(session, mark);
  }

  /** A replica that is known to have come so far; else one that may have, and is asked; undefined where none may. */
  choose(token: WalPosition | undefined, tried: readonly string[], only?: string): Choice | undefined {
    const known = this.decide(tried, token && { position: token, proof: 'known' }, only);
    if (known || token === undefined) return known && this.choiceOf(known, undefined);
    const asked = this.decide(tried, { position: token, proof: 'ask' }, only);
    return asked && this.choiceOf(asked, token.lsn);
  }

  private async readFrom<R extends QueryResultRow>(
    session: SessionState,
    { member, after }: Choice,
    read: SessionRead,
  ): Promise<Observed<R> | Behind> {
    const { server, health } = member;
    const statement = { access: 'read', ...read } as const;
    const mark = health.state === 'up' ? health.mark : undefined;
    if (mark === undefined) {
      // Another server may answer the next read by the same name, so this one is asked now.
      const seen = await (after === undefined
        ? observe<R>(server, statement)
        : observeAfter<R>(server, after, statement));
      if (seen.result) this.raise(session, member, seen.position);
      return seen;
    }
    const running = session.beginRead(this.id, mark);
    let outcome: 'seen' | 'failed' = 'failed';
    try {
      const { text, values, signal } = read;
      // Known to have come far enough: a read like any other.
      const seen =
        after !== undefined
          ? await queryAfter<R>(server, after, statement)
          : {
              result: await (signal
                ? server.cancellableRead<R>(text, values, signal)
                : server.query<R>('read', text, values)),
              position: undefined,
            };
      if (seen.result) outcome = 'seen';
      return seen;
    } finally {
      session.endRead(this.id, running, outcome);
    }
  }

  /** The replica that a session has read from, as long as it is the one that it was. */
  private stillThere(read: ReadMark): Member | undefined {
    return this.site.members.replicas.find(
      ({ health, monitor }) =>
        health.state === 'up' &&
        health.mark === read.text &&
        monitor !== undefined &&
        monitor.lastLostAtMs < read.beganAtMs,
    );
  }

  /** Asks how far the replica had come that the session has read from; resolves to whether that is known now. */
  private async ask(session: SessionState, read: ReadMark): Promise<boolean> {
    const { members } = this.site;
    const sample = members.replicas
      .map(({ monitor }) => monitor?.lastSample)
      .find((one) => one?.mark === read.text && read.isCoveredBy(one.sampledAtMs));
    if (sample?.position) {
      session.learn(this.id, sample.position, sample.sampledAtMs);
      return session.markOf(this.id) !== read;
    }
    const member = this.stillThere(read);
    const askedAtMs = performance.now();
    const answer = member && (await askPosition(member.server).catch(() => undefined));
    if (member && answer) {
      this.raise(session, member, answer);
      session.learn(this.id, session.positionOf(this.id) ?? BEYOND_ALL, askedAtMs);
    } else session.giveUp(this.id, read);
    return session.markOf(this.id) !== read && answer !== undefined;
  }

  private choiceOf(route: Route, after: bigint | undefined): Choice | undefined {
    const { members, events } = this.site;
    if (events.has('route')) events.emit('route', { ...route, access: 'read' });
    const member = members.replicaOf(route.server);
    return member && { member, after };
  }

  /** The route to a replica; undefined where none is eligible. */
  decide(tried: readonly string[], after: CatchUp | undefined, only?: string): Route | undefined {
    const route = decideRoute({ ...this.site.request(tried, after), only, fallback: 'primary' }, this.site.members);
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
      const askedAtMs = performance.now();
      const { result, position } = await observe<R>(server, { access: 'read', ...read });
      const { timeline, lsn } = position ?? BEYOND_ALL;
      if (timeline !== undefined) session.settle(this.id, { timeline, lsn }, askedAtMs);
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
