import { isPolystoreError } from '../lib/errors';
import { readLocalState, type LocalState } from '../lib/local';
import type { Failed, Outcome, SmokeReport } from '../lib/smoke';

/**
 * Adds to each failed check of a tier on this machine what became of the server that it looked at: only the machine knows how a process
 * ended. `directory` is the tier's; where no tier is up in it, or its state can't be read, the report stays as it is.
 */
export async function describeEnded(report: SmokeReport, directory: string): Promise<SmokeReport> {
  const state = await stateIn(directory);
  if (state === undefined) return report;
  const endings = new Map<string, string>(
    state.servers.flatMap(({ store, name, pid, status }) =>
      status.kind === 'ended'
        ? [[`${store}/${name}`, `process ${pid} ended by ${status.signal ?? `exit ${status.code}`}`] as const]
        : [],
    ),
  );
  const primaryOf = (outcome: Failed): string =>
    outcome.subject === outcome.store ? `${outcome.store}/primary` : outcome.subject;
  const describe = (outcome: Outcome): Outcome => {
    if (outcome.status !== 'failed') return outcome;
    const ending = endings.get(outcome.subject) ?? endings.get(primaryOf(outcome));
    return ending === undefined ? outcome : { ...outcome, notes: [...(outcome.notes ?? []), ending] };
  };
  return { ...report, outcomes: report.outcomes.map(describe) };
}

/** What was proven counts, also where the document that would explain it is of another version. */
async function stateIn(directory: string): Promise<LocalState | undefined> {
  try {
    return await readLocalState(directory);
  } catch (error) {
    if (isPolystoreError(error, 'DOCUMENT_INVALID')) return undefined;
    throw error;
  }
}
