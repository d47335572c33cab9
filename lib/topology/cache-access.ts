import { SMOKE_ROLE } from './roles';

/** Every key that the smoke test writes begins so; its user may touch no other. */
export const SMOKE_KEYS = 'polystore_smoke:';

/** Everything but what hurts others: no FLUSHALL, KEYS, SHUTDOWN, ACL; INFO is what clients ask when they connect. */
const WRITES = '+@all -@dangerous -@admin +info';

/**
 * What each user of a cache may do, in the words of its engine (ACL SETUSER), without `on` and passwords; on AWS and on this machine alike.
 *
 * `read`: reads keys. `write`: reads and changes keys, scripts and channels. `smoke`: as `write`, on its own keys only.
 * @see https://valkey.io/topics/acl/
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
 */
export const CACHE_ACCESS = {
  read: '~* &* -@all +@read +@connection -@dangerous -@admin +info +cluster|info +cluster|slots +cluster|shards',
  write: `~* &* ${WRITES}`,
  smoke: `~${SMOKE_KEYS}* &${SMOKE_KEYS}* ${WRITES}`,
} as const;

/**
 * How the id of a cache's user ends in ElastiCache, after the cache's name and a dash: the name that it logs in with, but for the smoke test's, which
 * would be too long.
 */
export const cacheUserEnd = (user: string): string => (user === SMOKE_ROLE ? '0' : user);
