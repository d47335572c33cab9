import type { CheckName } from './check-name';

/** What a check saw: who answered, lag, counts. For people and programs; never a secret, never users' data. */
export type Evidence = Readonly<Record<string, EvidenceValue>>;
export type EvidenceValue =
  string | number | boolean | null | readonly string[] | Readonly<Record<string, string | number>>;

/** One proof of one promise, on one store. */
export interface Check {
  readonly name: CheckName;
  readonly store: string;
  /** What is looked at: `main`, `main/r1`, `posts/s0`, `main as users`. With the name it is unique in a run. */
  readonly subject: string;
  /** What the tier promises, one sentence. */
  readonly promise: string;
  /** Resolves with the proof. @throws {SmokeFailure} or anything else: the promise is broken. @throws {SmokeSkip} it could not be checked */
  run(context: CheckContext): Promise<Evidence>;
  /**
   * What still works where this check fails, given the checks that passed as `subject name`.
   * @default - the servers of the store that work; where none does, the stores that do
   */
  readonly unaffected?: (passed: ReadonlySet<string>) => string | undefined;
}

export interface CheckContext {
  /** Unique to the run: marks every row that it writes. */
  readonly run: string;
  /** When the check must have ended, on the clock of `performance.now()`, in milliseconds. */
  readonly deadlineAtMs: number;
  /** Aborted when the deadline has passed or the run was interrupted. */
  readonly signal: AbortSignal;
}

export interface FailureDetails {
  /** @default - none */
  readonly evidence?: Evidence;
  /** @default - the next step of the check's name */
  readonly next?: string;
}

/** A broken promise, in words: the reason that the report shows. */
export class SmokeFailure extends Error {
  override readonly name = 'SmokeFailure';
  readonly evidence: Evidence;
  readonly next: string | undefined;

  constructor(reason: string, details: FailureDetails = {}) {
    super(reason);
    this.evidence = details.evidence ?? {};
    this.next = details.next;
  }
}

/** The check could not be made; the message says why. It never counts as passed. */
export class SmokeSkip extends Error {
  override readonly name = 'SmokeSkip';
}
