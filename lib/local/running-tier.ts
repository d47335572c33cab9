import { rm } from 'node:fs/promises';
import type { TierDefinition } from '../definition';
import type { Topology } from '../topology';
import type { RunningServer } from './cluster';
import { throwIfInterrupted } from './engine-command';
import { ownProcess } from './process-mark';
import type { ServerExit } from './server-process';
import { STATE_VERSION, writeLocalState, type LocalServer, type ProcessState } from './state';
import { dataOf, logOf, type TierDirectory } from './tier-directory';
import { serversOf, type PlannedCluster, type PlannedServer } from './tier-plan';
import type { TierLock } from './tier-lock';
import type { Watchdog } from './watchdog';

/** A tier that runs on this machine, supervised by this process. */
export interface LocalTier {
  readonly topology: Topology;
  /** Where the topology was written; the secrets stand beside it in `secrets.json`. */
  readonly topologyFile: string;
  /** Every server, also those that have ended. */
  servers(): readonly LocalServer[];
  /** Stops every server cleanly and gives the directory back; its data stays. Safe to call twice. */
  stop(): Promise<void>;
  /**
   * Sends a signal to a server, for drills and tests, and resolves when it has ended. Nothing restarts it.
   * @param label `<store>/<name>`, as in `main/r1`
   * @param signal one that ends PostgreSQL: SIGTERM waits for clients, SIGINT ends their connections, SIGQUIT leaves recovery to do, SIGKILL does not ask
   */
  killServer(label: string, signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  /**
   * Makes a server that has ended a replica of one that takes writes, as after a failover: its data is replaced by a copy of the other's. Resolves
   * when it streams.
   * @param label `<store>/<name>` of the server that has ended
   * @param source of the server that it follows from now on, in the same store
   * @throws {PolystoreError} ENGINE_FAILED, INTERRUPTED where the tier is stopped meanwhile
   */
  rebuildReplica(label: string, source: string): Promise<void>;
  /** Calls `listener` whenever a server ends that nobody stopped; returns what ends that. */
  onServerExit(listener: (exit: ServerExitEvent) => void): () => void;
}

export interface ServerExitEvent extends ServerExit {
  readonly store: string;
  /** The server's name in its store. */
  readonly name: string;
}

/** Owns every process of a tier from the moment it runs until it has ended. */
export class RunningTier {
  private running: RunningServer[] = [];
  private readonly order: readonly string[];
  private readonly listeners = new Set<(exit: ServerExitEvent) => void>();
  private readonly startedAt = new Date().toISOString();
  private readonly stopping = new AbortController();
  /** Servers that are being made anew. */
  private readonly rebuilding = new Set<Promise<void>>();
  private published = false;
  private stopped: Promise<void> | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly definition: TierDefinition,
    private readonly directory: TierDirectory,
    private readonly lock: TierLock,
    private readonly watchdog: Watchdog,
    planned: readonly PlannedServer[],
  ) {
    this.order = planned.map(({ label }) => label);
  }

  /** Takes a server over, in the place of one of its name that has ended; the order of the definition is kept, however they came up. */
  readonly adopt = (server: RunningServer): void => {
    this.running = [...this.running.filter(({ planned }) => planned.label !== server.planned.label), server];
    this.running.sort((a, b) => this.order.indexOf(a.planned.label) - this.order.indexOf(b.planned.label));
    void server.process.exited.then((exit) => this.noteExit(server.planned, exit));
  };

  portOf(planned: PlannedServer): number {
    return this.find(planned.label).port;
  }

  /** Every server of a cluster. */
  allOf(cluster: PlannedCluster): readonly RunningServer[] {
    return serversOf(cluster).map(({ label }) => this.find(label));
  }

  /** The process of a server that was adopted. */
  find(label: string): RunningServer {
    const found = this.running.find(({ planned }) => planned.label === label);
    if (found) return found;
    const known = this.running.map(({ planned }) => planned.label).join(', ');
    throw new RangeError(`no server "${label}" in this tier; there are ${known}`);
  }

  servers(): readonly LocalServer[] {
    return this.running.map(({ planned, port, process }) => ({
      ...planned,
      port,
      pid: process.pid,
      dataDirectory: dataOf(this.directory, planned),
      log: logOf(this.directory, planned),
      status: stateOf(process.exit()),
    }));
  }

  /**
   * Has `make` make a server anew, takes it over and writes it down. A stop interrupts it, and waits until it has come to its end: no server comes up
   * behind it.
   * @throws {PolystoreError} INTERRUPTED, and what `make` throws
   */
  async rebuild(make: (signal: AbortSignal) => Promise<RunningServer>): Promise<void> {
    const { signal } = this.stopping;
    throwIfInterrupted(signal, 'a server');
    const work = (async () => {
      this.adopt(await make(signal));
      await this.publish();
    })();
    this.rebuilding.add(work);
    await work.finally(() => this.rebuilding.delete(work));
  }

  /** Writes down that the tier is up; from here on every change is written down too. */
  async publish(): Promise<void> {
    this.published = true;
    await this.writeState();
  }

  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  async kill(label: string, signal: NodeJS.Signals): Promise<void> {
    const { process } = this.find(label);
    process.kill(signal);
    await process.exited;
    await this.writing;
  }

  onServerExit(listener: (exit: ServerExitEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private async stopAll(): Promise<void> {
    this.stopping.abort();
    try {
      await Promise.allSettled(this.rebuilding);
      await Promise.all(this.running.map(({ process }) => process.stop()));
      await this.watchdog.dismiss();
      await this.writing;
      // A tier that is down has no state and no topology: what would be read there is no longer true.
      await rm(this.directory.stateFile, { force: true });
      await rm(this.directory.topologyFile, { force: true });
    } finally {
      await this.lock.release();
    }
  }

  private noteExit({ store, name }: PlannedServer, exit: ServerExit): void {
    if (this.stopped) return;
    // A state that can't be written (the disk is full) must not end the others: status asks the servers themselves.
    if (this.published) this.writeState().catch(() => undefined);
    for (const listener of this.listeners) listener({ store, name, ...exit });
  }

  /** One after the other: of two at once the older might be the one that stays. */
  private writeState(): Promise<void> {
    const written = this.writing.then(() => this.writeStateNow());
    this.writing = written.catch(() => undefined);
    return written;
  }

  private async writeStateNow(): Promise<void> {
    const state = {
      version: STATE_VERSION,
      tier: this.definition.name,
      stage: this.definition.stage.name,
      supervisor: ownProcess(),
      startedAt: this.startedAt,
      servers: this.servers(),
    } as const;
    await writeLocalState(this.directory.stateFile, state);
  }
}

const stateOf = (exit: ServerExit | undefined): ProcessState =>
  exit === undefined ? { kind: 'running' } : { kind: 'ended', ...exit };
