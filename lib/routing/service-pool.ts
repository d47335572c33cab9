import { checkPoolOptions, type PoolOptions } from '../postgres';
import type { Topology } from '../topology';
import type { RouterLogin } from './grant';

/** Options of a pool whose connections have a name. */
export type NamedPool = PoolOptions & { readonly applicationName: string };

/** What is said of a router's pools, and by whom. */
export interface PoolWishes {
  /** By the profile of its connections, with the router's own name. */
  readonly profile: NamedPool;
  /** By the application itself. */
  readonly own: PoolOptions;
}

/**
 * The pool of a login: as large as the application says, else as the tier was reckoned with, else as the profile has it.
 * @throws {RangeError} where the application's options don't go with that
 */
export function poolOf({ profile, own }: PoolWishes, { services }: Topology, login: RouterLogin): NamedPool {
  const poolMax = login.kind === 'service' ? services[login.service]?.poolMax : undefined;
  const pool = { ...profile, ...(poolMax !== undefined && { max: poolMax }), ...own };
  checkPoolOptions(pool);
  return pool;
}
