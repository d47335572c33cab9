import { setTimeout as delay } from 'node:timers/promises';
import type { TierDefinition } from '../../lib/definition';
import {
  awsTierStatus,
  isWell,
  localTierStatus,
  renderStatus,
  type LocalLook,
  type TableRoom,
  type TierStatus,
} from '../../lib/status';
import { awsRefusal } from '../aws-refusal';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { listenForInterrupt } from '../interrupt';
import { printJson, printJsonLine } from '../json-output';
import { LiveScreen } from '../live-screen';
import { forSameTier } from '../same-tier';
import { painterFor } from '../terminal';
import { lastSmokeFileIn, openTier, tierDirectory, type TierOptions } from '../tier-context';

export interface StatusOptions extends TierOptions {
  readonly aws?: true;
  readonly watch?: true;
  readonly json?: true;
}

/** What is asked again, and how often: CloudWatch has no more than a figure a minute. */
const EVERY_MS = { local: 1_000, aws: 15_000 } as const;

/** Prints the state of the tier, here or on AWS; exit 1 where something is not as it should be. */
export async function status(options: StatusOptions): Promise<ExitCode> {
  const definition = await openTier(options);
  const look = options.aws ? lookAtAws(definition) : lookHere(definition);
  if (options.watch) return watch(look, options);
  const found = await look();
  if (options.json) printJson(found);
  else process.stdout.write(rendered(found, options, width()));
  return isWell(found) ? EXIT_CODES.ok : EXIT_CODES.failed;
}

/** In words; the commands that it names are for this tier and stage. */
const rendered = (found: TierStatus, options: StatusOptions, room: TableRoom): string =>
  forSameTier(renderStatus(found, painterFor(process.stdout), room), options);

/** Of the terminal, as it is now; output that goes elsewhere has any. */
const width = (): TableRoom => (process.stdout.isTTY ? { columns: process.stdout.columns } : {});
/** Without the line of the cursor. */
const height = (): TableRoom => (process.stdout.isTTY ? { rows: process.stdout.rows - 1 } : {});

type Look = () => Promise<TierStatus>;

/** Each look counts transactions since the one before. */
function lookHere(definition: TierDefinition): Look {
  const directory = tierDirectory(definition);
  let previous: LocalLook | undefined;
  return async () => {
    const found = await localTierStatus(definition, {
      directory,
      smokeFile: lastSmokeFileIn(directory),
      ...(previous && { previous }),
    });
    previous = found;
    return found.status;
  };
}

const lookAtAws = (definition: TierDefinition): Look => keepingLast(() => awsTierStatus(definition));

/** A look that shows what was seen last, with its time, while AWS does not answer: whoever watches waits for it. The first one has nothing to show. */
export function keepingLast(look: Look): Look {
  let last: TierStatus | undefined;
  return async () => {
    try {
      return (last = await look());
    } catch (error) {
      if (last === undefined) throw error;
      const why = awsRefusal(error)?.says ?? (error instanceof Error ? error.message : String(error));
      return { ...last, unknown: [`everything since then: ${why}`] };
    }
  };
}

/** Until Ctrl-C: on a terminal redrawn in place; elsewhere one after the other, with `--json` a line each. */
async function watch(look: Look, options: StatusOptions): Promise<ExitCode> {
  const { json, aws } = options;
  const interrupt = listenForInterrupt();
  const screen = json ? undefined : new LiveScreen(process.stdout);
  try {
    while (!interrupt.signal.aborted) {
      const found = await look();
      if (screen === undefined) printJsonLine(found);
      else screen.show(rendered(found, options, { ...width(), ...height() }));
      const every = aws ? EVERY_MS.aws : EVERY_MS.local;
      await delay(every, undefined, { signal: interrupt.signal }).catch(() => undefined);
    }
    return EXIT_CODES.ok;
  } finally {
    screen?.close();
    interrupt.release();
  }
}
