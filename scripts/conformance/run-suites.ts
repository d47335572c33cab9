import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export interface SuitesRun {
  /** Files of tests, from the project's root. */
  readonly suites: readonly string[];
  /** Directory of the engine's program, which the tests find on their PATH. */
  readonly programs: string;
  readonly searchPath: string;
  readonly signal: AbortSignal;
}

export interface SuitesResult {
  readonly passed: number;
  /** A line a test that failed, and what it said. */
  readonly failures: readonly string[];
}

/** As much of jest's own report as is read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Runs the project's own tests of an engine, which `npm test` skips where there is none. Only what names the engine is run: a test that is skipped is
 * one of something else in the same file.
 */
export async function runSuites({ suites, programs, searchPath, signal }: SuitesRun): Promise<SuitesResult> {
  const jest = require.resolve('jest/bin/jest');
  const args = [jest, '--ci', '--json', '--runInBand', ...suites];
  const env = { ...process.env, PATH: [programs, searchPath].join(delimiter) };
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: ROOT, env, signal, maxBuffer: 64 * 1024 * 1024 };
    // It exits with 1 where a test failed, and says which.
    execFile(process.execPath, args, options, (_error, out, err) => resolve({ stdout: out, stderr: err }));
  });
  const report = reportIn(stdout);
  if (report === undefined) throw new Error(`the tests did not run: ${stderr.trim().slice(-2_000)}`);
  return {
    passed: report.numPassedTests,
    failures: report.testResults.flatMap(({ message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
      return failed.length > 0 || message !== '' ? [`${failed.join('; ')}\n${message}`] : [];
    }),
  };
}

function reportIn(output: string): JestReport | undefined {
  try {
    return JSON.parse(output) as JestReport;
  } catch {
    return undefined;
  }
}
