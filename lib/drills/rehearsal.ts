import { setTimeout as delay } from 'node:timers/promises';
import { PolystoreError } from '../errors';
import type { DrillTimes } from '../runbooks/drill-record';

/** What a line of a drill's log tells. */
export type DrillStepKind = 'break' | 'detect' | 'look' | 'mitigate' | 'recover' | 'restore';

/** One thing that happened in a drill. */
export interface DrillStep {
  readonly kind: DrillStepKind;
  /** Since the situation was made real, in milliseconds. */
  readonly atMs: number;
  readonly text: string;
}

/** A figure that a drill measured. */
export type DrillFact = string | number;

const POLL_MS = 5;
const PATIENCE_MS = 30_000;

/** One run of a drill: its clock, its log, and what undoes it. */
export class Rehearsal {
  readonly steps: DrillStep[] = [];
  readonly facts: Record<string, DrillFact> = {};
  private readonly undos: { readonly what: string; readonly undo: () => Promise<void> }[] = [];
  private brokenAt: number | undefined;

  constructor(
    readonly signal: AbortSignal,
    private readonly onStep: (step: DrillStep) => void = () => undefined,
  ) {}

  /** Notes a step; the first of kind `break` starts the clock. */
  step(kind: DrillStepKind, text: string): void {
    if (kind === 'break') this.brokenAt ??= performance.now();
    const step = { kind, atMs: Math.round(performance.now() - (this.brokenAt ?? performance.now())), text };
    this.steps.push(step);
    this.onStep(step);
  }

  /** The first of each kind counts. */
  get times(): DrillTimes {
    const at = (kind: DrillStepKind): number | undefined => this.steps.find((step) => step.kind === kind)?.atMs;
    const [detectMs, mitigateMs, recoverMs] = [at('detect'), at('mitigate'), at('recover')];
    return {
      ...(detectMs !== undefined && { detectMs }),
      ...(mitigateMs !== undefined && { mitigateMs }),
      ...(recoverMs !== undefined && { recoverMs }),
    };
  }

  fact(name: string, value: DrillFact): void {
    this.facts[name] = value;
  }

  /** Registers what undoes the next thing, before that is done: it is undone whatever happens, the last first. */
  undoLater(what: string, undo: () => Promise<void>): void {
    this.undos.push({ what, undo });
  }

  /** Undoes everything. One that fails keeps no other from being undone; resolves to those that failed, in words. */
  async undoAll(): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const { what, undo } of this.undos.splice(0).reverse()) {
      await undo().catch((error: unknown) => {
        failed.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    return failed;
  }

  /**
   * Asks again until `condition` is true. One that throws is asked again too.
   * @throws {PolystoreError} INTERRUPTED, DRILL_FAILED where it does not come true within `patienceMs`
   */
  async until(what: string, condition: () => Promise<boolean> | boolean, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + patienceMs;
    let last: unknown;
    while (performance.now() < deadline) {
      this.throwIfInterrupted();
      try {
        if (await condition()) return;
      } catch (error) {
        last = error;
      }
      await delay(POLL_MS);
    }
    throw new PolystoreError('DRILL_FAILED', `not within ${patienceMs / 1000} s: ${what}`, {
      details: { waitedFor: what },
      cause: last,
      next: 'The steps above say how far the drill came; whatever it had made is undone.',
    });
  }

  /** @throws {PolystoreError} INTERRUPTED */
  throwIfInterrupted(): void {
    if (!this.signal.aborted) return;
    throw new PolystoreError('INTERRUPTED', 'interrupted; what the drill had done was undone', {
      details: { during: 'drill' },
    });
  }
}
