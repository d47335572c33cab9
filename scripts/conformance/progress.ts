import { randomUUID } from 'node:crypto';
import type { Check } from '../../lib/smoke';
import { runCheck } from '../../lib/smoke/run-check';

const DEADLINE_MS = 20_000;

/** Prints what happens, a line a step, and counts checks. */
export class Progress {
  private passed = 0;
  private failed = 0;
  private readonly began = performance.now();

  constructor(private readonly print: (line: string) => void) {}

  step(kind: string, text: string, tookMs: number): void {
    this.print(`  ${kind.padEnd(10)} ${text}  ${seconds(tookMs)}`);
  }

  fail(kind: string, reason: string, next: string | undefined): void {
    this.failed += 1;
    this.print(`✗ ${kind.padEnd(10)} ${reason}`);
    if (next !== undefined) this.print(`  next: ${next}`);
  }

  /** Runs the checks one after the other. One that was skipped proves nothing, so its reason is shown. */
  async prove(kind: string, subject: string, checks: readonly Check[], signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const run = randomUUID();
    let passed = 0;
    for (const check of checks) {
      const { outcome, released } = runCheck(check, { run, deadlineMs: DEADLINE_MS, signal, world: 'local' });
      const result = await outcome;
      await released;
      if (result.status === 'passed') passed += 1;
      if (result.status === 'failed') {
        this.fail(
          kind,
          `${check.subject} ${check.name}: ${result.reason} ${JSON.stringify(result.evidence)}`,
          result.next,
        );
      }
      if (result.status === 'skipped')
        this.print(`- ${kind.padEnd(10)} ${check.subject} ${check.name}: ${result.reason}`);
    }
    this.passed += passed;
    const mark = passed === checks.length ? '✓' : ' ';
    this.print(
      `${mark} ${kind.padEnd(10)} ${subject}: ${passed} of ${checks.length} checks  ${seconds(performance.now() - began)}`,
    );
  }

  /** Prints the counts as the last line; returns the exit code. */
  finish(): number {
    this.print(`  took ${seconds(performance.now() - this.began)}`);
    this.print(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
