/** How far a serverless server scales, in Aurora capacity units of 2 GiB memory each, in steps of 0.5. */
export interface ServerlessOptions {
  /** A server never has less, however little it does: 0 to 256. 0 is for disposable stages: a server that nobody is connected to pauses. */
  readonly minAcu: number;
  /** `minAcu` to 256, and 0.5 at least. Says how many connections fit; a change of that waits for a reboot. */
  readonly maxAcu: number;
  /** How long nobody is connected before a server pauses, in seconds: 300 to 86400. Only with a `minAcu` of 0. @default 300 */
  readonly autoPauseAfterSeconds?: number;
}

/** Servers that scale by themselves, instead of an instance class. */
export interface ServerlessCapacity extends ServerlessOptions {
  readonly kind: 'serverless';
}

/**
 * Aurora Serverless v2 servers, instead of servers of a class.
 *
 * With a `minAcu` of 0 they pause while nobody is connected, and cost nothing but storage then. The next connection starts one again, which takes
 * about 15 seconds, and half a minute or more after a day. Aurora pauses nothing that replicates logically, which moving buckets needs: a store with
 * such a shard replicates none of its shards logically, and a protected stage has no such shard.
 */
export function serverless(options: ServerlessOptions): ServerlessCapacity {
  return { ...options, kind: 'serverless' };
}

/** Range of a serverless server. */
export interface AcuDefinition {
  readonly minAcu: number;
  readonly maxAcu: number;
  /** Present where the server pauses. */
  readonly autoPauseAfterSeconds?: number;
}
