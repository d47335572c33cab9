import { isAnswer, type PositionReport, type QueryResultRow, type WalPosition } from '../postgres';
import type { Route } from './decide-route';
import type { Member } from './member';
import { askPosition, observe, observeAfter, readFrom, type ObservedStatement, type ReplicaAnswer } from './observe';
import type { ReadMark } from './read-mark';
import type { ReadSite } from './read-site';
import type { SessionState } from './session-state';

/** A replica that may answer, and what it is asked first: `after` where nobody knows yet whether it has come so far. */
export interface Choice {
  readonly member: Member;
  readonly route: Route;
  readonly after: bigint | undefined;
}

/**
 * What sessions do on servers that are not asked behind each statement how far they have come, which would cost half as much again: a
 * {@link ReadMark} keeps the session with the server until somebody has to know, and asks.
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
    const running = session.begin(this.id, known.mark);
    let outcome: 'seen' | 'failed' = 'failed';
    try {
      const answer = await readFrom<R>(server, { startedAtUs: known.startedAtUs, after }, statement);
      if (answer.verdict === 'counts') outcome = 'seen';
      return answer;
    } finally {
      session.end(this.id, running, outcome);
    }
  }

  /** Whether nobody else answers by a replica's name, as far as is known. */
  isKnown(replica: Member): boolean {
    return knownReplica(replica) !== undefined;
  }

  /** Something begins on a replica, or on the primary, and ends when what is returned is called. */
  begin(session: SessionState, replica: Member | undefined): (outcome: 'seen' | 'failed') => void {
    const running = session.begin(this.id, replica && knownReplica(replica)?.mark);
    return (outcome) => session.end(this.id, running, outcome);
  }

  /**
   * Something was sent to the primary, and `answer` settles when it is answered; `done` is called then.
   * One promise: with one a step, sessions cost a tenth of pg's own throughput.
   */
  onPrimary<T>(session: SessionState, answer: Promise<T>, done?: () => void): Promise<T> {
    const running = session.begin(this.id, undefined);
    return answer.then(
      (result) => {
        session.end(this.id, running, 'seen');
        done?.();
        return result;
      },
      (error: unknown) => {
        // A refusal tells of what is there, as a key that another row has.
        session.end(this.id, running, isAnswer(error) ? 'seen' : 'failed');
        done?.();
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
    // Of the primary, or of several, only the primary can say.
    if (replica === undefined) return this.askPrimary(session);
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
    const position = answer && this.positionBehind(session, member, answer);
    if (!position) {
      read.giveUp();
      return this.askPrimary(session);
    }
    session.learn(this.id, position, askedAtMs);
    return session.markOf(this.id) !== read;
  }

  /** The primary has all that was seen, of whomever; resolves to whether it has said how far that is. */
  private async askPrimary(session: SessionState): Promise<boolean> {
    const { server } = this.site.members.writable;
    const askedAtMs = performance.now();
    const position = await askPosition(server, undefined).catch(() => undefined);
    if (position?.timeline !== undefined) this.settle(session, position, askedAtMs);
    return session.markOf(this.id) === undefined;
  }

  /** What the primary said behind a read, when it was asked at `askedAtMs` or later. Where it said nothing, the session stays with it until it does. */
  settle(session: SessionState, { timeline, lsn }: Partial<PositionReport> = {}, askedAtMs: number): void {
    // One of a timeline that is over speaks of another history than the one that was read.
    const isOver = timeline === undefined || timeline < (this.site.members.timeline() ?? 0);
    if (isOver || lsn === undefined) session.note(this.id, undefined);
    else session.learn(this.id, { timeline, lsn }, askedAtMs);
  }

  /** A replica's answer may show what the next replica has not. */
  raise(session: SessionState, member: Member, report: PositionReport | undefined): void {
    const position = report && this.positionBehind(session, member, report);
    if (position) session.raise(this.id, position);
    else session.note(this.id, undefined);
  }

  /** Nothing that a replica has shown lies beyond; undefined where its timeline is not known. */
  private positionBehind(session: SessionState, { health }: Member, report: PositionReport): WalPosition | undefined {
    const known = health.state === 'up' ? health.position?.timeline : undefined;
    const timeline = report.timeline ?? known ?? session.positionOf(this.id)?.timeline;
    return timeline === undefined ? undefined : { timeline, lsn: report.showsUpTo };
  }
}

/** Who a replica is; undefined where another server may answer by its name. */
function knownReplica({ health }: Member): { readonly mark: string; readonly startedAtUs: number } | undefined {
  if (health.state !== 'up') return undefined;
  const { mark, startedAtUs } = health;
  return mark === undefined || startedAtUs === undefined ? undefined : { mark, startedAtUs };
}
