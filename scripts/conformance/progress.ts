import { randomUUID } from 'node:crypto';
import type { Check } from '../../lib/smoke';
import { runSuites, type SuitesRun } from './run-suites';
import { runCheck, type CheckOutcome } from '../../lib/smoke/run-check';

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
    await this.runAll(kind, subject, checks, signal, (check, outcome) => {
      if (outcome.status === 'passed') return true;
      const what = `${check.subject} ${check.name}`;
      if (outcome.status === 'skipped') this.print(`- ${kind.padEnd(10)} ${what}: ${outcome.reason}`);
      else this.fail(kind, `${what}: ${outcome.reason} ${JSON.stringify(outcome.evidence)}`, outcome.next);
      return false;
    });
  }

  /** Runs checks that must fail. */
  async disprove(kind: string, subject: string, checks: readonly Check[], signal: AbortSignal): Promise<void> {
    await this.runAll(kind, subject, checks, signal, (check, outcome) => {
      if (outcome.status === 'failed') return true;
      this.fail(kind, `${check.subject} ${check.name} ${outcome.status} although its promise is broken`, undefined);
      return false;
    });
  }

  /** Runs the tests of an engine. None at all proves nothing, so it is a failure. */
  async runTests(kind: string, run: SuitesRun): Promise<void> {
    const began = performance.now();
    const { passed, failures } = await runSuites(run);
    this.passed += passed;
    for (const failure of failures) this.fail(kind, failure, undefined);
    if (passed === 0) this.fail(kind, `no test of ${run.suites.join(', ')} ran`, undefined);
    const mark = failures.length === 0 && passed > 0 ? '✓' : ' ';
    this.print(`${mark} ${kind.padEnd(10)} ${passed} tests  ${seconds(performance.now() - began)}`);
  }

  private async runAll(
    kind: string,
    subject: string,
    checks: readonly Check[],
    signal: AbortSignal,
    isAsDue: (check: Check, outcome: CheckOutcome) => boolean,
  ): Promise<void> {
    const began = performance.now();
    const run = randomUUID();
    let due = 0;
    for (const check of checks) {
      const { outcome, released } = runCheck(check, { run, deadlineMs: DEADLINE_MS, signal, world: 'local' });
      if (isAsDue(check, await outcome)) due += 1;
      await released;
    }
    this.passed += due;
    const mark = due === checks.length ? '✓' : ' ';
    const took = seconds(performance.now() - began);
    this.print(`${mark} ${kind.padEnd(10)} ${subject}: ${due} of ${checks.length} checks  ${took}`);
  }

  /** Prints the counts as the last line; returns the exit code. */
  finish(): number {
    this.print(`  took ${seconds(performance.now() - this.began)}`);
    this.print(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
