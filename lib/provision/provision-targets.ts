import { isPolystoreError, PolystoreError } from '../errors';
import { inParallel } from './in-parallel';
import type { DatabaseReport, ProvisionReport } from './provision-report';

/** One database of whatever sort, and how it is provisioned. */
export interface ProvisionTarget {
  /** `main`, or `posts/s0`. */
  readonly name: string;
  readonly provision: () => Promise<DatabaseReport>;
}

/** Databases provisioned at once. */
const AT_ONCE = 16;
/** How long a database may take to answer, where nobody says, in milliseconds. */
export const PROVISION_TIMEOUT_MS = 30_000;

/**
 * Provisions databases side by side, each to its end.
 * @throws what the one that failed threw, or {PolystoreError} PROVISION_FAILED for several; after every other database was done
 */
export async function provisionTargets(targets: readonly ProvisionTarget[]): Promise<ProvisionReport> {
  const results = await inParallel(targets, AT_ONCE, ({ provision }) => provision());
  const failures = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ database: targets[index]?.name ?? '', error: result.reason }] : [],
  );
  if (failures.length > 0) throw summaryOf(failures, targets.length);
  return { databases: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) };
}

interface Failure {
  readonly database: string;
  readonly error: unknown;
}

function summaryOf(failures: readonly Failure[], databases: number): unknown {
  const [first] = failures;
  if (failures.length === 1) return first?.error;
  const messages = failures.map(({ error }) => messageOf(error));
  return new PolystoreError(
    'PROVISION_FAILED',
    `${failures.length} of ${databases} databases: ${messages.join('; ')}`,
    {
      details: { databases: failures.map(({ database }) => database) },
      retryable: failures.every(({ error }) => isPolystoreError(error) && error.retryable),
      next: 'The other databases are done. Provision again once the causes are gone.',
      cause: first?.error,
    },
  );
}

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
