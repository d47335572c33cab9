import { DEFAULTS } from '../stages/profile';

/**
 * How many connections a service opens. Each process has a pool of its own for every server that it talks to: for a primary, for each replica,
 * and for each shard.
 */
export interface ServiceConnections {
  /** Processes that run at once, at the most: tasks times workers, also while one deployment takes over from another. 1 to 100000. @default 1 */
  readonly processes?: number;
  /** Most connections of one process to one server, 1 to 1000. The router takes this as its `pool.max`. @default 10 */
  readonly poolMax?: number;
}

export interface LambdaConnections {
  /** Executions at once, at the most: the reserved concurrency of the function. 1 to 100000. */
  readonly concurrency: number;
  /** Most connections of one execution to one server. @default 2, one for a transaction and one beside it */
  readonly poolMax?: number;
}

/** What a service opens, every default filled in. */
export interface ConnectionsDefinition {
  readonly processes: number;
  readonly poolMax: number;
}

/**
 * What a Lambda function opens: each execution environment is a process, which handles one request at a time.
 * Give the function a reserved concurrency, or nothing keeps it from opening more.
 */
export function lambda({ concurrency, poolMax = 2 }: LambdaConnections): ServiceConnections {
  return { processes: concurrency, poolMax };
}

/** As it was read. */
export type WrittenConnections = { readonly [K in keyof ServiceConnections]?: number | undefined };

/** What was written for a service, every default filled in. */
export function resolveConnections({
  processes = DEFAULTS.connections.processes,
  poolMax = DEFAULTS.connections.poolMax,
}: WrittenConnections = {}): ConnectionsDefinition {
  return { processes, poolMax };
}
