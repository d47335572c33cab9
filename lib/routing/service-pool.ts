import { checkPoolOptions, type PoolOptions } from '../postgres';
import type { Topology } from '../topology';
import type { RouterLogin } from './grant';

/** What is said of a router's pools, and by whom. */
export interface PoolWishes {
  /** By the profile of its connections. */
  readonly profile: PoolOptions;
  /** By the application itself. */
  readonly own: PoolOptions;
}

/**
 * The pool of a login: as large as the application says, else as the tier was reckoned with, else as the profile has it.
 * @throws {RangeError} where the application's options don't go with that
 */
export function poolOf({ profile, own }: PoolWishes, { services }: Topology, login: RouterLogin): PoolOptions {
  const poolMax = login.kind === 'service' ? services[login.service]?.poolMax : undefined;
  const pool = { ...profile, ...(poolMax !== undefined && { max: poolMax }), ...own };
  checkPoolOptions(pool);
  return pool;
}
