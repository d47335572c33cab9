/**
 * `good`: it will not stand in the way. `warning`: a person should know. `bad`: a command or a deployment would fail.
 * `unknown`: it could not be found out.
 */
export type Verdict = 'good' | 'warning' | 'bad' | 'unknown';

/** What the doctor found out about one thing that a tier needs. */
export interface Diagnosis {
  /** Of what: `node`, `quotas`, `postgres db.r8g.large`. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** One sentence. */
  readonly says: string;
  /** What to do, one sentence or command. */
  readonly next?: string;
}

/** Whether everything that was looked at is known, and nothing of it would make a command or deployment fail. */
export const isHealthy = (diagnoses: readonly Diagnosis[]): boolean =>
  diagnoses.every(({ verdict }) => verdict === 'good' || verdict === 'warning');
