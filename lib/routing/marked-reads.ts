import type { PositionReport, QueryResult, QueryResultRow } from '../postgres';
import type { Route } from './decide-route';
import type { Member } from './member';
import { askPosition, observe, observeAfter, readFrom, type ObservedStatement, type ReplicaAnswer } from './observe';
import type { ReadMark } from './read-mark';
import type { ReadSite } from './read-site';
import type { SessionState } from './session-state';
import { BEYOND_ALL } from './session-token';
import type { StoreServer } from './store-server';

/** A replica that may answer, and what it is asked first: `after` where nobody knows yet whether it has come so far. */
export interface Choice {
  readonly member: Member;
  readonly route: Route;
  readonly after: bigint | undefined;
}

/**
 * Reads of sessions on servers that are not asked behind each how far they have come, which would cost half as much again: a {@link ReadMark}
 * keeps the session with the server until somebody has to know, and asks.
 */
export class MarkedReads {
  constructor(
    /** Of the cluster, in tokens. */
    private readonly id: string,
    private readonly site: ReadSite,
  ) {}

  /** A read of a replica. @throws {PolystoreError} as {@link observe} */
  async onReplica<R extends QueryResultRow>(
    session: SessionState,
    { member, after }: Choice,
    statement: ObservedStatement,
  ): Promise<ReplicaAnswer<R>> {
    const { server } = member;
    const known = knownReplica(member);
    if (!known) {
      // Another server may answer the next read by the same name, so this one is asked now.
      const answer: ReplicaAnswer<R> =
        after === undefined
          ? { verdict: 'counts', ...(await observe<R>(server, statement)) }
          : await observeAfter<R>(server, after, statement);
      if (answer.verdict === 'counts') this.raise(session, member, answer.position);
      return answer;
    }
    const running = session.beginRead(this.id, known.mark);
    let outcome: 'seen' | 'failed' = 'failed';
    try {
      const answer = await readFrom<R>(server, { startedAtUs: known.startedAtUs, after }, statement);
      if (answer.verdict === 'counts') outcome = 'seen';
      return answer;
    } finally {
      session.endRead(this.id, running, outcome);
    }
  }

  /**
   * A read of the primary, in a session that no replica could answer yet. `done` is called when it is over.
   * @throws {PolystoreError} as a read outside a session
   */
  onPrimary<R extends QueryResultRow>(
    session: SessionState,
    server: StoreServer,
    { text, values, signal }: ObservedStatement,
    done?: () => void,
  ): Promise<QueryResult<R>> {
    const running = session.beginRead(this.id, undefined);
    const end = (outcome: 'seen' | 'failed'): void => {
      session.endRead(this.id, running, outcome);
      done?.();
    };
    const answer = signal ? server.cancellableRead<R>(text, values, signal) : server.query<R>('read', text, values);
    return answer.then(
      (result) => {
        end('seen');
        return result;
      },
      (error: unknown) => {
        end('failed');
        throw error;
      },
    );
  }

  /** The replica that a session has read from, as long as it is the one that it was. */
  stillThere({ replica }: ReadMark): Member | undefined {
    if (replica === undefined) return undefined;
    return this.site.members.replicas.find(({ health }) => health.state === 'up' && health.mark === replica);
  }

  /** Asks how far the replica had come that a session has read from; resolves to whether that is known now. */
  async ask(session: SessionState, read: ReadMark): Promise<boolean> {
    const { replica } = read;
    // Of the primary, or of several, only the primary can say, and does behind the next read.
    if (replica === undefined) return this.site.policy.fallback === 'none' && this.askPrimary(session);
    const sample = this.site.members.replicas
      .map(({ monitor }) => monitor?.lastSample)
      .find((one) => one?.mark === replica && read.isCoveredBy(one.sampledAtMs));
    if (sample?.showsUpTo) {
      session.learn(this.id, sample.showsUpTo, sample.sampledAtMs);
      return true;
    }
    const member = this.stillThere(read);
    const known = member && knownReplica(member);
    const askedAtMs = performance.now();
    const answer = known && (await askPosition(member.server, known.startedAtUs).catch(() => undefined));
    if (!answer) {
      read.giveUp();
      return this.askPrimary(session);
    }
    this.raise(session, member, answer);
    session.learn(this.id, session.positionOf(this.id) ?? BEYOND_ALL, askedAtMs);
    return session.markOf(this.id) !== read;
  }

  /** The primary has all that was read, from whomever; resolves to whether it has said how far that is. */
  private async askPrimary(session: SessionState): Promise<boolean> {
    const { server } = this.site.members.writable;
    const askedAtMs = performance.now();
    const position = await askPosition(server, undefined).catch(() => undefined);
    if (position?.timeline !== undefined) this.settle(session, position, askedAtMs);
    return session.markOf(this.id) === undefined;
  }

  /** What the primary said when it was asked at `askedAtMs` or later. Where it said nothing, the session stays with it until it does. */
  settle(session: SessionState, position: PositionReport | undefined, askedAtMs: number): void {
    // One of a timeline that is over speaks of another history than the one that was read.
    const isOver = (position?.timeline ?? Infinity) < (this.site.members.timeline() ?? 0);
    session.settle(this.id, isOver ? undefined : position, askedAtMs);
  }

  /** A replica's answer may show what the next replica has not. */
  raise(session: SessionState, member: Member, position: PositionReport | undefined): void {
    const { health } = member;
    const known = health.state === 'up' ? health.position?.timeline : undefined;
    const timeline = position?.timeline ?? known ?? session.positionOf(this.id)?.timeline;
    session.raise(this.id, position && timeline !== undefined ? { timeline, lsn: position.showsUpTo } : BEYOND_ALL);
  }
}

/** Who a replica is; undefined where another server may answer by its name. */
function knownReplica({ health }: Member): { readonly mark: string; readonly startedAtUs: number } | undefined {
  if (health.state !== 'up') return undefined;
  const { mark, startedAtUs } = health;
  return mark === undefined || startedAtUs === undefined ? undefined : { mark, startedAtUs };
}
