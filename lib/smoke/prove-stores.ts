import { randomUUID } from 'node:crypto';
import { PolystoreError } from '../errors';
import { inParallel } from '../provision/in-parallel';
import type { AbsentStore, StoreTopology, Topology } from '../topology';
import { SmokeSkip, type Check } from './check';
import { countOutcomes, SMOKE_REPORT_VERSION, type SmokeReport } from './report';
import { runCheck, type CheckOutcome, type CheckRun } from './run-check';
import { TierUnderTest } from './tier-under-test';
import { withUnaffected } from './unaffected';

export interface ProofOptions {
  readonly topology: Topology;
  /** Stores to prove. @default - all of the kinds that are proven */
  readonly only?: readonly string[];
  /** What the run is called, where it is one of several side by side. @default - a name of its own */
  readonly run?: string;
  /**
   * How long any one check may take, in milliseconds. A server that does not answer is asked once, so it costs the run this long and no longer.
   * @default 10000
   */
  readonly deadlineMs?: number;
  /** Told of every outcome as it comes, for progress. What a failure leaves unaffected is known at the end only. */
  readonly onOutcome?: (outcome: CheckOutcome) => void;
  /** Ends the run early: checks that have not ended are skipped, what was written is removed. */
  readonly signal?: AbortSignal;
}

type StoreKind = StoreTopology['kind'];

/** What proves a store of each kind. */
export type ChecksByKind = {
  readonly [K in StoreKind]: (name: string, store: Extract<StoreTopology, { readonly kind: K }>) => readonly Check[];
};

/** What proves the stores of some kinds in one run, on what the checks of the run share. */
export type ProvesStores = (tier: TierUnderTest) => Partial<ChecksByKind>;

/** The same of the kinds `K`, all of them. */
export type Proves<K extends StoreKind> = (tier: TierUnderTest) => Pick<ChecksByKind, K>;

const DEFAULT_DEADLINE_MS = 10_000;
/** Share of a check's deadline that one connection or statement may take, so that the check ends with its reason and not by the clock. */
const STATEMENT_SHARE = 0.8;
/** Subjects looked at at once in each store; on one subject one check runs after the other. */
const AT_ONCE = 8;
/** How long the run waits, once all outcomes are there, for checks that ran over their deadline to clean up. In milliseconds. */
const RELEASE_MS = 2_000;

/** Every check of a store whose kind is proven. */
function checksOf({ topology }: TierUnderTest, checks: Partial<ChecksByKind>, name: string): readonly Check[] {
  const missing = topology.absent?.[name];
  if (missing !== undefined) return [runsHere(name, missing)];
  const store = topology.stores[name] as StoreTopology;
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const ofKind = checks[store.kind] as (name: string, store: StoreTopology) => readonly Check[];
  return ofKind(name, store);
}

/** A store that nothing runs here can't be proven, and says what would run it. */
function runsHere(store: string, { kind, reason, next }: AbsentStore): Check {
  return {
    name: 'runs-here',
    store,
    subject: store,
    promise: `A store of kind ${kind} answers.`,
    run: () => Promise.reject(new SmokeSkip(`${reason}: ${next}`)),
  };
}

/**
 * Proves the stores of a tier that are of the kinds that `proves` knows: every promise of each. Stores of other kinds are somebody else's to prove,
 * and not in the report.
 *
 * A broken promise is an outcome, never an error: one failing check hides no other.
 * @throws {PolystoreError} UNKNOWN_STORE where `only` names another store
 */
export async function proveStores(options: ProofOptions, proves: ProvesStores): Promise<SmokeReport> {
  const { topology, onOutcome } = options;
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const tier = new TierUnderTest({ topology, timeoutMs: Math.round(deadlineMs * STATEMENT_SHARE) });
  const known = proves(tier);
  const stores = storesToProve(topology, known, options.only);
  const checkRun: CheckRun = {
    run: options.run ?? randomUUID(),
    deadlineMs,
    signal: options.signal ?? new AbortController().signal,
    world: topology.world,
  };
  const released: Promise<void>[] = [];
  const runOne = async (check: Check): Promise<CheckOutcome> => {
    const running = runCheck(check, checkRun);
    released.push(running.released);
    const outcome = await running.outcome;
    onOutcome?.(outcome);
    return outcome;
  };
  const checks = stores.flatMap((name) => checksOf(tier, known, name));
  const outcomes = await Promise.all(
    stores.map((name) =>
      runStore(
        checks.filter((check) => check.store === name),
        runOne,
      ),
    ),
  );
  await waitAtMost(RELEASE_MS, Promise.all(released));
  await tier.close();
  const complete = withUnaffected(checks, outcomes.flat());
  return {
    version: SMOKE_REPORT_VERSION,
    tier: topology.tier,
    stage: topology.stage,
    world: topology.world,
    run: checkRun.run,
    startedAt,
    durationMs: Math.round(performance.now() - started),
    counts: countOutcomes(complete),
    outcomes: complete,
  };
}

function storesToProve(
  { stores, absent = {} }: Topology,
  checks: Partial<ChecksByKind>,
  only: readonly string[] | undefined,
): readonly string[] {
  const known = [...Object.entries(stores), ...Object.entries(absent)].flatMap(([name, { kind }]) =>
    kind in checks ? [name] : [],
  );
  for (const store of only ?? []) {
    if (known.includes(store)) continue;
    throw new PolystoreError('UNKNOWN_STORE', `unknown store "${store}", known are: ${known.join(', ')}`, {
      details: { store, known },
      next: 'Name stores of the tier.',
    });
  }
  return only ? known.filter((store) => only.includes(store)) : known;
}

/** The checks of one store: subjects side by side, one subject's checks one after the other. The outcomes keep the order of the checks. */
async function runStore(
  checks: readonly Check[],
  runOne: (check: Check) => Promise<CheckOutcome>,
): Promise<readonly CheckOutcome[]> {
  const outcomes = new Map<Check, CheckOutcome>();
  const subjects = [...new Set(checks.map(({ subject }) => subject))];
  await inParallel(subjects, AT_ONCE, async (subject) => {
    for (const check of checks) if (check.subject === subject) outcomes.set(check, await runOne(check));
  });
  return checks.map((check) => outcomes.get(check) as CheckOutcome);
}

async function waitAtMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
