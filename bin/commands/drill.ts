import { spawn } from 'node:child_process';
import type { TierDefinition } from '../../lib/definition';
import {
  canHaveOwnMounts,
  DRILLS,
  holdDrill,
  keepLastDrill,
  noSmallDisk,
  openDrillTier,
  OWN_MOUNTS,
  recordedDrill,
  renderOutcome,
  renderStep,
  type Drill,
  type DrillName,
  type DrillReport,
  type DrillTier,
} from '../../lib/drills';
import { PolystoreError } from '../../lib/errors';
import { readLocalState } from '../../lib/local';
import { tierNotUp } from '../../lib/local/status';
import { encodeDrillRecord, readDrillRecord } from '../../lib/runbooks/drill-record';
import { replaceFile } from '../../lib/sources/files';
import { version } from '../../package.json';
import { describeSmoke } from '../describe-smoke';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { listenForInterrupt, type Interrupt } from '../interrupt';
import { printJson } from '../json-output';
import { withPassingTier } from '../passing-tier';
import { painterFor, Steps } from '../terminal';
import {
  drillDirectory,
  drillRecordFileOf,
  drillReportsDirectory,
  openTier,
  tierDirectory,
  topologyFileIn,
  type TierOptions,
} from '../tier-context';

export interface DrillOptions extends TierOptions {
  readonly situation: DrillName;
  readonly store?: string;
  /** On the tier that is up here, and not on one of the drill's own. */
  readonly running?: true;
  /** Keeps the result for whoever reads the runbook, in this file or beside the tier file. @default - it is kept for this machine */
  readonly record?: true | string;
  readonly json?: true;
}

/** Set in the process that may mount: see {@link OWN_MOUNTS}. */
const MAY_MOUNT = 'POLYSTORE_DRILL_MAY_MOUNT';

/** Holds a drill on a tier of its own, or on the one that is up here; exit 1 where it did not recover or the smoke test fails afterwards. */
export async function drill(options: DrillOptions): Promise<ExitCode> {
  const chosen = DRILLS[options.situation];
  if (chosen.needs === 'ownTierOnSmallDisk' && !options.running && process.env[MAY_MOUNT] === undefined) {
    return againWhereItMayMount();
  }
  const definition = await openTier(options);
  const steps = new Steps(options.json ? process.stderr : process.stdout);
  const interrupt = listenForInterrupt();
  try {
    const report = options.running
      ? await holdOnRunning(chosen, definition, { options, steps, interrupt })
      : await holdOnOwn(chosen, definition, { options, steps, interrupt });
    await keepLastDrill(drillReportsDirectory(definition), report);
    if (options.record !== undefined) steps.note(await record(report, recordFile(options, options.record)));
    if (options.json) printJson(report);
    else process.stdout.write(renderOutcome(report, painterFor(process.stdout)));
    return report.passed ? EXIT_CODES.ok : EXIT_CODES.failed;
  } finally {
    interrupt.release();
  }
}

const recordFile = (options: DrillOptions, file: true | string): string =>
  file === true ? drillRecordFileOf(options.tier) : file;

/** Keeps what others should know of a drill; one that did not pass leaves the record as it was. */
async function record(report: DrillReport, file: string): Promise<string> {
  const drilled = recordedDrill(report, version);
  if (drilled === undefined) return `- not recorded in ${file}, since it did not pass`;
  await replaceFile(file, encodeDrillRecord({ ...readDrillRecord(file), [report.drill]: drilled }));
  return `  recorded in ${file}: commit it`;
}

interface Held {
  readonly options: DrillOptions;
  readonly steps: Steps;
  readonly interrupt: Interrupt;
}

async function holdOnRunning(chosen: Drill, definition: TierDefinition, held: Held): Promise<DrillReport> {
  const directory = tierDirectory(definition);
  if ((await readLocalState(directory)) === undefined) throw tierNotUp(directory);
  return hold(chosen, await openDrillTier(topologyFileIn(directory), undefined), held);
}

/** Beside the tier that may be up; stopped and deleted with everything in it, whatever happens. */
async function holdOnOwn(chosen: Drill, definition: TierDefinition, held: Held): Promise<DrillReport> {
  const { steps, interrupt } = held;
  try {
    const own = chosen.needs === 'ownTierOnSmallDisk' ? withoutReplicas(definition) : definition;
    const start = { directory: drillDirectory(definition), steps, signal: interrupt.signal };
    return await withPassingTier(own, start, async (tier) =>
      hold(chosen, await openDrillTier(tier.topologyFile, tier), held),
    );
  } finally {
    if (interrupt.signal.aborted) throw interrupted();
  }
}

function hold(chosen: Drill, tier: DrillTier, { options, steps, interrupt }: Held): Promise<DrillReport> {
  const painter = painterFor(options.json ? process.stderr : process.stdout);
  return holdDrill(chosen, tier, {
    ...(options.store !== undefined && { store: options.store }),
    signal: interrupt.signal,
    onSmoke: (when, report) => steps.outcome(when, describeSmoke(report), { isGood: report.counts.failed === 0 }),
    onStep: (step) => steps.note(renderStep(step, painter)),
  });
}

const interrupted = (): PolystoreError<'INTERRUPTED'> =>
  new PolystoreError('INTERRUPTED', "interrupted; the drill's tier was stopped and its data deleted", {
    details: { during: 'drill' },
  });

/** A tablespace has one path, which replicas on the same machine would share. */
const withoutReplicas = (definition: TierDefinition): TierDefinition => ({
  ...definition,
  stores: Object.fromEntries(
    Object.entries(definition.stores).map(([name, store]) => {
      return [name, store.kind === 'postgres' ? { ...store, replicas: [], elsewhere: [] } : store];
    }),
  ),
});

/**
 * Runs this same command line in a process that has mounts of its own. It is in a session of its own, so that a Ctrl-C in the terminal comes to this
 * process alone, which passes it on once.
 */
async function againWhereItMayMount(): Promise<ExitCode> {
  if (!(await canHaveOwnMounts())) throw noSmallDisk();
  const [, script = '', ...args] = process.argv;
  const interrupt = listenForInterrupt();
  try {
    const child = spawn(
      OWN_MOUNTS.program,
      [...OWN_MOUNTS.args, process.execPath, ...process.execArgv, script, ...args],
      {
        stdio: 'inherit',
        detached: true,
        env: { ...process.env, [MAY_MOUNT]: '1' },
      },
    );
    void interrupt.interrupted.then((signal) => child.kill(signal));
    return await new Promise<ExitCode>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve((code ?? EXIT_CODES.failed) as ExitCode));
    });
  } finally {
    interrupt.release();
  }
}
