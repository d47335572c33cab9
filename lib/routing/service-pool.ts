import { checkPoolOptions, type PoolOptions } from '../postgres';
import type { Topology } from '../topology';
import type { RouterLogin } from './grant';

/**
 * The pool of a login: as large as the tier was reckoned with, unless the application says otherwise.
 * @throws {RangeError} where the application's options don't go with that
 */
export function poolOf<P extends PoolOptions>(pool: P, { services }: Topology, login: RouterLogin): P {
  const poolMax = login.kind === 'service' ? services[login.service]?.poolMax : undefined;
  if (poolMax === undefined || pool.max !== undefined) return pool;
  const sized = { ...pool, max: poolMax };
  checkPoolOptions(sized);
  return sized;
}
