import type { EngineRoom } from '../../lib/local/engine-room';
import type { Check } from '../../lib/smoke';

/** Where engines come from. */
export interface Provision {
  /** Outside the project; may be removed at any time. */
  readonly cache: string;
  readonly searchPath: string;
  readonly signal: AbortSignal;
}

/** Where an engine is proven. */
export interface Stage {
  readonly room: EngineRoom;
  readonly signal: AbortSignal;
  /** Runs the checks of one way to run the engine, named by `subject`: `a primary and a replica`. */
  prove(subject: string, checks: readonly Check[]): Promise<void>;
  /** Runs checks of a promise that is broken: each must fail, or it would prove nothing where it passes. */
  disprove(subject: string, checks: readonly Check[]): Promise<void>;
}

export interface EngineTests<Engine> {
  /** From the project's root. */
  readonly files: readonly string[];
  /** Directory of the engine's program. */
  programsOf(engine: Engine): string;
}

/** One kind of store on one real engine; or a reader of what deployments publish, in one language. */
export interface Proof<Engine> {
  readonly kind: string;
  /** Finds the engine on this machine, or brings it. Rejects where there is no way to. */
  provide(provision: Provision): Promise<Engine>;
  /** What it is and where: `redis 7.0.15 in /usr/bin`. */
  describe(engine: Engine): string;
  /** The project's own tests of the engine, which `npm test` skips where there is none. @default - none */
  readonly tests?: EngineTests<Engine>;
  /** Starts it in every shape that the kind has, and proves each; stops whatever it started. @default - nothing is started: its tests are its proof */
  prove?(stage: Stage, engine: Engine): Promise<void>;
}
