import type { TierDefinition } from '../../lib/definition';
import type { LocalTier } from '../../lib/local';
import { FileTopology } from '../../lib/sources';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { listenForInterrupt } from '../interrupt';
import { printJsonLine } from '../json-output';
import { forSameTier } from '../same-tier';
import { describeServers, startShown } from '../shown-start';
import { painterFor, Steps } from '../terminal';
import { openTier, tierDirectory, topologyFileIn, type TierOptions } from '../tier-context';
import { announceToParent, startDetached } from './detached';

export interface UpOptions extends TierOptions {
  readonly detach?: true;
  readonly port?: number;
  readonly json?: true;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

/** Runs the tier in this process until a signal comes, or in one of its own with `--detach`. */
export async function up(options: UpOptions): Promise<ExitCode> {
  const definition = await openTier(options);
  const directory = tierDirectory(definition);
  const steps = new Steps(options.json ? process.stderr : process.stdout);
  if (options.detach) {
    const pid = await steps.run('up', async (now) => {
      const started = await startDetached(directory, now);
      const topology = await new FileTopology(topologyFileIn(directory)).read();
      return { value: started, detail: `${describeServers(definition, topology)}; process ${started}` };
    });
    printReady(options, definition, pid);
    return EXIT_CODES.ok;
  }
  return runUntilInterrupted(options, definition, steps);
}

async function runUntilInterrupted(options: UpOptions, definition: TierDefinition, steps: Steps): Promise<ExitCode> {
  const interrupt = listenForInterrupt();
  const parent = announceToParent();
  try {
    const tier = await startShown(definition, {
      directory: tierDirectory(definition),
      steps,
      signal: interrupt.signal,
      onProgress: parent.progress,
      ...(options.port !== undefined && { basePort: options.port }),
    });
    reportEndedServers(tier, steps);
    parent.ready();
    if (!parent.isThere) printReady(options, definition, process.pid);
    await interrupt.interrupted;
    await steps.run('down', async () => {
      await tier.stop();
      return { value: undefined, detail: 'stopped, data kept' };
    });
    return EXIT_CODES.ok;
  } catch (error) {
    parent.failed(error);
    throw error;
  } finally {
    interrupt.release();
  }
}

function reportEndedServers(tier: LocalTier, steps: Steps): void {
  const painter = painterFor(process.stdout);
  tier.onServerExit(({ store, name, code, signal }) => {
    steps.note(`${painter.red('✗')} ${store}/${name} ended by ${signal ?? `exit ${code}`}; the others go on`);
  });
}

function printReady(options: UpOptions, definition: TierDefinition, pid: number): void {
  const topology = topologyFileIn(tierDirectory(definition));
  if (options.json) {
    printJsonLine({ version: JSON_VERSION, tier: definition.name, stage: definition.stage.name, pid, topology });
    return;
  }
  const stop = options.detach ? 'npx polystore down' : 'Ctrl-C stops it';
  process.stdout.write(
    `topology ${topology}\n${forSameTier(`next   npx polystore status · npx polystore smoke · ${stop}`, options)}\n`,
  );
}
