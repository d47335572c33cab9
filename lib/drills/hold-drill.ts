import { PolystoreError } from '../errors';
import { runSmoke, type SmokeReport } from '../smoke';
import { placementsOf } from '../sources';
import type { Topology } from '../topology';
import type { Drill } from './drill';
import { DRILL_REPORT_VERSION, type DrillReport } from './drill-report';
import type { DrillTier } from './drill-tier';
import { Rehearsal, type DrillStep } from './rehearsal';

export interface HoldOptions {
  /** @default - the first store that the drill can be held on */
  readonly store?: string;
  readonly signal: AbortSignal;
  readonly onStep?: (step: DrillStep) => void;
  /** Told how each smoke test went. */
  readonly onSmoke?: (when: 'before' | 'after', report: SmokeReport) => void;
}

/**
 * Holds a drill: proves the tier, makes the situation real, follows the runbook, undoes what was done, and proves the tier again.
 * What it has done is undone whatever happens; only then does this resolve or reject.
 * @throws {PolystoreError} DRILL_REFUSED where it can't be held on this tier, DRILL_FAILED where a step never came true, INTERRUPTED
 */
export async function holdDrill(drill: Drill, tier: DrillTier, options: HoldOptions): Promise<DrillReport> {
  const { signal, onSmoke } = options;
  if (tier.topology.world !== 'local') throw notHere(drill, tier.topology);
  const store = chooseStore(drill, tier.topology, options.store);
  if (drill.needs !== 'anyTier' && tier.own === undefined) throw needsOwnTier(drill);
  const startedAt = new Date().toISOString();
  const before = await prove(tier, tier.topology, signal);
  onSmoke?.('before', before);
  if (before.counts.failed > 0) throw notWell(drill, before);
  const rehearsal = new Rehearsal(signal, options.onStep);
  let leftBehind: readonly string[] = [];
  let topology: Topology;
  try {
    topology = (await drill.hold(rehearsal, tier, store)) ?? tier.topology;
  } finally {
    leftBehind = await rehearsal.undoAll();
  }
  rehearsal.throwIfInterrupted();
  const after = await prove(tier, topology, signal);
  onSmoke?.('after', after);
  const { times, facts, steps } = rehearsal;
  return {
    version: DRILL_REPORT_VERSION,
    drill: drill.name,
    runbook: drill.runbook,
    tier: topology.tier,
    stage: topology.stage,
    store,
    on: tier.own === undefined ? 'running' : 'own',
    startedAt,
    passed: times.recoverMs !== undefined && after.counts.failed === 0 && leftBehind.length === 0,
    times,
    facts,
    steps,
    smoke: { before: before.counts, after: after.counts },
    failures: failuresOf(after),
    leftBehind,
  };
}

/** @throws {PolystoreError} DRILL_REFUSED, UNKNOWN_STORE */
export function chooseStore(drill: Drill, { stores }: Topology, wanted: string | undefined): string {
  const known = Object.keys(stores);
  if (wanted !== undefined && !known.includes(wanted)) {
    throw new PolystoreError('UNKNOWN_STORE', `unknown store "${wanted}", known are: ${known.join(', ')}`, {
      details: { store: wanted, known },
      next: 'Name a store of the tier.',
    });
  }
  const candidates = wanted === undefined ? known : [wanted];
  const reasons = candidates.map((name) => ({
    name,
    reason: drill.refuses(stores[name] as Topology['stores'][string]),
  }));
  const chosen = reasons.find(({ reason }) => reason === undefined);
  if (chosen !== undefined) return chosen.name;
  const why = reasons.map(({ name, reason }) => `"${name}" ${reason}`).join('; ');
  throw new PolystoreError('DRILL_REFUSED', `drill ${drill.name} can't be held on this tier: store ${why}`, {
    details: { drill: drill.name },
    next: `Hold it on a tier that has one: ${drill.situation}.`,
  });
}

function notHere({ name }: Drill, { tier, stage, world }: Topology): PolystoreError<'DRILL_REFUSED'> {
  return new PolystoreError(
    'DRILL_REFUSED',
    `drill ${name} breaks what it is held on, and ${tier}/${stage} is on ${world}`,
    {
      details: { drill: name },
      next: 'Hold it on this machine: npx polystore drill.',
    },
  );
}

function needsOwnTier({ name }: Drill): PolystoreError<'DRILL_REFUSED'> {
  return new PolystoreError(
    'DRILL_REFUSED',
    `drill ${name} ends servers that another process supervises: it is held on a tier of its own only`,
    {
      details: { drill: name },
      next: 'Leave --running away: the drill starts a tier beside the one that is up, and removes it.',
    },
  );
}

function notWell({ name }: Drill, report: SmokeReport): PolystoreError<'DRILL_REFUSED'> {
  return new PolystoreError(
    'DRILL_REFUSED',
    `drill ${name} is not held on a tier that is not well: ${failuresOf(report).join('; ')}`,
    { details: { drill: name }, next: 'Mend what `npx polystore smoke` names, then hold the drill.' },
  );
}

const failuresOf = ({ outcomes }: SmokeReport): readonly string[] =>
  outcomes.flatMap((outcome) =>
    outcome.status === 'failed' ? [`${outcome.subject} ${outcome.check}: ${outcome.reason}`] : [],
  );

function prove({ secrets }: DrillTier, topology: Topology, signal: AbortSignal): Promise<SmokeReport> {
  return runSmoke({ topology, secrets, placementOf: placementsOf(topology), signal });
}
