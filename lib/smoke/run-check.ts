import { isPolystoreError } from '../errors';
import { errorCodeOf } from '../postgres/error-group';
import type { Topology } from '../topology';
import { SmokeFailure, SmokeSkip, type Check, type Evidence } from './check';
import { nextStepOf } from './check-name';
import type { Failed, Outcome } from './report';

export interface CheckRun {
  readonly run: string;
  readonly deadlineMs: number;
  /** Ends the run early: what has not ended is skipped. */
  readonly signal: AbortSignal;
  readonly world: Topology['world'];
}

/** An outcome, before it is known what a failure leaves unaffected. */
export type CheckOutcome = Exclude<Outcome, Failed> | Omit<Failed, 'unaffected'>;

export interface RunningCheck {
  readonly outcome: Promise<CheckOutcome>;
  /** Resolves when the check has let go of everything, which may be after its deadline. Never rejects. */
  readonly released: Promise<void>;
}

/** Runs one check against its deadline. Whatever it does, the outcome is there by then. */
export function runCheck(check: Check, { run, deadlineMs, signal, world }: CheckRun): RunningCheck {
  const started = performance.now();
  const deadline = new AbortController();
  const either = AbortSignal.any([signal, deadline.signal]);
  const work = signal.aborted
    ? Promise.reject<Evidence>(interrupted())
    : check.run({ run, deadlineAtMs: started + deadlineMs, signal: either });
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const stop = (): void =>
      reject(signal.aborted ? interrupted() : new SmokeFailure(`no end within ${deadlineMs} ms`));
    either.addEventListener('abort', stop, { once: true });
    timer = setTimeout(() => deadline.abort(), deadlineMs);
  });
  const settle = async (): Promise<CheckOutcome> => {
    const { name, store, subject, promise } = check;
    const common = () => ({
      store,
      subject,
      check: name,
      promise,
      durationMs: Math.round(performance.now() - started),
    });
    try {
      const evidence = await Promise.race([work, givenUp]);
      return { status: 'passed', ...common(), evidence };
    } catch (error) {
      if (error instanceof SmokeSkip) return { status: 'skipped', ...common(), reason: error.message };
      const { reason, evidence, next } = describe(error);
      return { status: 'failed', ...common(), reason, evidence, next: next ?? nextStepOf(name, world) };
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    outcome: settle(),
    released: work.then(
      () => undefined,
      () => undefined,
    ),
  };
}

const interrupted = (): SmokeSkip => new SmokeSkip('interrupted');

function describe(error: unknown): { reason: string; evidence: Evidence; next?: string | undefined } {
  if (error instanceof SmokeFailure) return { reason: error.message, evidence: error.evidence, next: error.next };
  if (isPolystoreError(error)) {
    // Whether to try again is advice to an application; who reads a report looks for what is broken.
    const next = error.retryable ? undefined : error.next;
    return { reason: `${error.code}: ${error.message}`, evidence: {}, next };
  }
  return { reason: reasonOf(error), evidence: {} };
}

/** What went wrong, in words for a report. */
export function reasonOf(error: unknown): string {
  const code = errorCodeOf(error);
  const message = error instanceof Error ? error.message : '';
  // A socket's message repeats its code, with an address that the subject names already.
  if (message === '' || message.includes(code)) return code;
  // Neo4j's driver has this code for what has none.
  return code === 'N/A' ? message : `${code}: ${message}`;
}
