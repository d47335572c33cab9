import { isPolystoreError } from '../errors';
import type { TlsFiles } from './certificates';
import type { PortChoice } from './cluster';
import { startEngine, waitUntilLogged, type EngineLaunch } from './engine-process';
import { requireFree } from './ports';
import type { ServerProcess } from './server-process';
import { dataOf, logOf, type TierDirectory } from './tier-directory';
import type { PlannedServer } from './tier-plan';

/** What the engines of a tier other than PostgreSQL start with. */
export interface EngineRoom {
  readonly directory: TierDirectory;
  readonly ports: PortChoice;
  /** The files are there. */
  readonly tls: TlsFiles;
  readonly run: string;
  /** Told before a server's process is made, and when it is gone. */
  readonly guard: { starting(server: string): void; ended(server: string): void };
}

/** A server of such an engine that runs. */
export interface RunningEngine {
  readonly planned: PlannedServer;
  readonly port: number;
  readonly process: ServerProcess;
}

/** How one server is started; its place in the tier says the rest. */
export interface EngineStart extends Pick<EngineLaunch, 'program' | 'args' | 'env' | 'port' | 'ready'> {
  /** What must be true besides that it takes connections, told by lines of its log. @default - nothing */
  readonly whenUp?: (wait: (line: RegExp) => Promise<void>) => Promise<void>;
}

/**
 * Starts one server, whose data directory exists, under the eyes of the watchdog. One that does not come up is gone when this rejects.
 * @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED
 */
export async function startInRoom(
  { directory, run, guard }: EngineRoom,
  planned: PlannedServer,
  { whenUp, ...start }: EngineStart,
  signal?: AbortSignal,
): Promise<RunningEngine> {
  const { label } = planned;
  const launch = { ...start, label, run, dataDirectory: dataOf(directory, planned), log: logOf(directory, planned) };
  guard.starting(label);
  let process: ServerProcess | undefined;
  try {
    const started = (process = await startEngine(launch, signal));
    await whenUp?.((line) => waitUntilLogged(started, launch, line, signal));
  } catch (error) {
    await process?.stop();
    guard.ended(label);
    throw error;
  }
  void process.exited.then(() => guard.ended(label));
  return { planned, port: launch.port, process };
}

/** All of them, or, where one did not come up, none and its error. */
export async function allOrNone(
  starts: readonly PromiseSettledResult<RunningEngine>[],
): Promise<readonly RunningEngine[]> {
  const running = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failure = starts.find((start) => start.status === 'rejected');
  if (!failure) return running;
  await Promise.all(running.map(({ process }) => process.stop()));
  throw failure.reason;
}

const PORT_ATTEMPTS = 5;

/**
 * Starts servers on free ports, and once more on others where somebody was faster. Ports that were told stay, and are tried again as long as nobody has
 * them: a server chooses others beside its own, as for the bus of a cluster.
 */
export async function onFreshPorts<T>({ ports }: EngineRoom, start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !isPolystoreError(error, 'PORT_TAKEN')) throw error;
      if (ports.kind === 'fixed') await requireFree(error.details.port, error.details.server);
    }
  }
}
