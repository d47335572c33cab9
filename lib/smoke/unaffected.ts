import type { Check } from './check';
import { listNames } from './list-names';
import type { Outcome } from './report';
import type { CheckOutcome } from './run-check';

/** Says of every failure what still works, which is known once all outcomes are; `checks` are those of the outcomes, in their order. */
export function withUnaffected(checks: readonly Check[], outcomes: readonly CheckOutcome[]): readonly Outcome[] {
  const passed = outcomes.filter(({ status }) => status === 'passed');
  const names = new Set(passed.map(({ subject, check }) => `${subject} ${check}`));
  return outcomes.map((outcome, index) => {
    if (outcome.status !== 'failed') return outcome;
    const known = checks[index]?.unaffected?.(names);
    return { ...outcome, unaffected: known ?? whatGoesOn(outcome, passed) };
  });
}

/**
 * The other servers of the store that were seen to work; where none was, the stores that were; where nobody knows, how much was proven. What is wrong
 * with one server leaves the others alone; what is wrong with a store is no one server's.
 */
function whatGoesOn({ store, subject }: CheckOutcome, passed: readonly CheckOutcome[]): string {
  const own = passed.filter((outcome) => outcome.store === store);
  const servers = serversThatGoOn(
    store,
    own.filter((outcome) => subject === store || outcome.subject !== subject),
  );
  if (servers !== undefined) return servers;
  const others = [
    ...new Set(passed.filter((outcome) => goesOn(outcome) && outcome.store !== store).map((outcome) => outcome.store)),
  ];
  if (others.length > 0) return `${others.length === 1 ? 'store' : 'stores'} ${listNames(others)}`;
  if (own.length === 0) return `nothing of ${store}`;
  return `what ${own.length} other ${own.length === 1 ? 'check' : 'checks'} of ${store} proved`;
}

const takesWrites = ({ check }: CheckOutcome): boolean => check === 'takes-writes';
const servesReads = ({ check }: CheckOutcome): boolean => check === 'serves-reads';
const goesOn = (outcome: CheckOutcome): boolean => takesWrites(outcome) || servesReads(outcome);

/** `reads and writes of s0–s3`; `reads and writes of primary, reads of r1, r2`. Whatever takes a write is read for it, too. */
function serversThatGoOn(store: string, passed: readonly CheckOutcome[]): string | undefined {
  const name = ({ subject }: CheckOutcome): string => subject.replace(`${store}/`, '');
  const [writers, readers] = [passed.filter(takesWrites).map(name), passed.filter(servesReads).map(name)];
  const parts = [
    ...(writers.length > 0 ? [`reads and writes of ${listNames(writers)}`] : []),
    ...(readers.length > 0 ? [`reads of ${listNames(readers)}`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}
