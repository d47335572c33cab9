/** How far a serverless server scales, in Aurora capacity units of 2 GiB memory each, in steps of 0.5. */
export interface ServerlessOptions {
  /** 0.5 to 256. A server never has less, however little it does. */
  readonly minAcu: number;
  /** `minAcu` to 256. Says how many connections fit; a change of that waits for a reboot. */
  readonly maxAcu: number;
}

/** Servers that scale by themselves, instead of an instance class. */
export interface ServerlessCapacity extends ServerlessOptions {
  readonly kind: 'serverless';
}

/**
 * Aurora Serverless v2 servers, instead of servers of a class.
 *
 * They never pause: a shard replicates logically from birth, since moving buckets needs it, and Aurora does not pause what does.
 */
export function serverless(options: ServerlessOptions): ServerlessCapacity {
  return { ...options, kind: 'serverless' };
}

/** Range of a serverless server. */
export interface AcuDefinition {
  readonly minAcu: number;
  readonly maxAcu: number;
}
