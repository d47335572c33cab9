import { setTimeout as pause } from 'node:timers/promises';
import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import type { Member } from './member';
import type { RoleAnswer } from './role-answer';

/** Time between two rounds of a search, at first and at most, in milliseconds; with jitter, so that a fleet of routers does not ask as one. */
const BETWEEN_ROUNDS = { initialDelay: 50, maxDelay: 500 };

/** A round begins so long after one that found nobody, however many statements fail meanwhile. In milliseconds. */
const REST_MS = 50;

/** What a search needs to know of its cluster, and tells it. */
export interface Searched {
  /** Every server that may be the primary, the one that is held for it first. */
  candidates(): readonly Member[];
  /** The highest timeline of the cluster; undefined where none was seen. A primary of an older one was left behind by a promotion. */
  timeline(): number | undefined;
  /** Whether no server took writes when everybody was asked last. */
  readonly isPrimaryLost: boolean;
  /** Takes writes beside the primary: a database of its own from now on. */
  splitOff(member: Member): void;
  /** A server takes writes, on this timeline where it told one. */
  found(primary: Member, timeline: number | undefined): void;
  /** No server takes writes. */
  lost(reason: unknown): void;
}

/** A round's result: who takes writes, or why nobody was found. */
export type Round =
  | { readonly primary: Member }
  | {
      readonly primary: undefined;
      /** Whether nobody takes writes, for sure; not so where the primary answers, but not to this, as for want of connections. */
      readonly isLost: boolean;
      /** Whether the one that is held for it is in recovery. */
      readonly isDemoted: boolean;
      readonly reason: unknown;
    };

/** Of a search that has ended: whoever it asked then would get a connection that nobody closes. */
const ENDED: Round = {
  primary: undefined,
  isLost: false,
  isDemoted: false,
  reason: new Error('the router was closed'),
};

/**
 * Finds the server that takes writes by asking every server who it is, for a name may point to the old one for minutes. The one that is held for
 * it stays as long as it takes writes: a replica that was promoted beside it was made a database of its own. Once it does not, of several that
 * do the one on the highest timeline is believed, since the others were left behind by its promotion.
 */
export class PrimarySearch {
  private round: Promise<Round> | undefined;
  private foundNobodyAtMs = -Infinity;
  private endless: AbortController | undefined;
  private closed = false;

  constructor(private readonly cluster: Searched) {}

  /**
   * Asks everybody once; whoever comes meanwhile gets the same answer. Where nobody takes writes the search goes on in the background until
   * somebody does. Resolves within about a second.
   */
  async look(): Promise<Round> {
    if (this.closed) return ENDED;
    this.round ??= this.askRested().finally(() => (this.round = undefined));
    const result = await this.round;
    if (result.primary === undefined && result.isLost) this.goOn();
    return result;
  }

  close(): void {
    this.closed = true;
    this.endless?.abort();
  }

  private goOn(): void {
    if (this.endless || this.closed) return;
    const endless = (this.endless = new AbortController());
    retry(handleAll, { maxAttempts: Number.MAX_SAFE_INTEGER, backoff: new ExponentialBackoff(BETWEEN_ROUNDS) })
      .dangerouslyUnref()
      .execute(async () => {
        const { primary } = await this.look();
        if (primary === undefined) throw new Error('no primary yet');
      }, endless.signal)
      // Aborted: the router was closed.
      .catch(() => undefined)
      .finally(() => (this.endless = undefined));
  }

  private async askRested(): Promise<Round> {
    const restMs = this.foundNobodyAtMs + REST_MS - performance.now();
    if (restMs > 0) await pause(restMs);
    return this.closed ? ENDED : this.ask();
  }

  private async ask(): Promise<Round> {
    const { cluster } = this;
    const candidates = cluster.candidates();
    const [held] = candidates;
    const known = cluster.timeline();
    const answers = new Map<Member, RoleAnswer>();
    const promoted = await firstOf(candidates, async (member) => {
      const answer = await member.askRole();
      answers.set(member, answer);
      // One beyond all that was seen needs no comparison: a server that is silent for a second is not waited for.
      return cluster.isPrimaryLost && known !== undefined && (timelineIn(answer) ?? 0) > known;
    });
    const ofHeld = held && answers.get(held);
    const stays =
      !cluster.isPrimaryLost && ofHeld?.kind === 'primary' && (timelineIn(ofHeld) ?? Infinity) >= (known ?? 0);
    const primary = promoted ?? (stays ? held : newestOf(candidates, answers, known));
    if (stays) {
      for (const [member, { kind }] of answers) if (member !== held && kind === 'primary') cluster.splitOff(member);
    }
    const result: Round = primary
      ? { primary }
      : {
          primary,
          isLost: ofHeld?.kind !== 'unclear',
          isDemoted: ofHeld?.kind === 'replica',
          reason: reasonOf(ofHeld),
        };
    if (!primary) this.foundNobodyAtMs = performance.now();
    if (this.closed) return result;
    if (result.primary) cluster.found(result.primary, timelineIn(answers.get(result.primary)));
    else if (result.isLost) cluster.lost(result.reason);
    return result;
  }
}

/** The first member of which `is` says so; undefined once it said no of all. */
async function firstOf(
  members: readonly Member[],
  is: (member: Member) => Promise<boolean>,
): Promise<Member | undefined> {
  return new Promise((resolve) => {
    void Promise.all(
      members.map(async (member) => {
        if (await is(member)) resolve(member);
      }),
    ).then(() => resolve(undefined));
  });
}

/** Who takes writes on the highest timeline, and on no older one than is known; of equals the first. */
function newestOf(
  candidates: readonly Member[],
  answers: ReadonlyMap<Member, RoleAnswer>,
  known: number | undefined,
): Member | undefined {
  let newest: Member | undefined;
  let highest = known ?? 0;
  for (const member of candidates) {
    const answer = answers.get(member);
    if (answer?.kind !== 'primary') continue;
    // One that can't tell its timeline is believed for want of better.
    const timeline = timelineIn(answer) ?? highest;
    if (newest ? timeline > highest : timeline >= highest) [newest, highest] = [member, timeline];
  }
  return newest;
}

const timelineIn = (answer: RoleAnswer | undefined): number | undefined =>
  answer?.kind === 'primary' ? answer.position?.timeline : undefined;

function reasonOf(answer: RoleAnswer | undefined): unknown {
  if (answer?.kind === 'silent' || answer?.kind === 'unclear') return answer.error;
  return new Error(answer?.kind === 'replica' ? 'it is in recovery' : 'a newer primary has been seen');
}
