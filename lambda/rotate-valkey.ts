import { cacheLoginOf } from '../lib/rotation/cache-logins';
import { ElastiCacheUsers } from '../lib/rotation/elasticache-users';
import { rotating } from './step/rotate';

/** Changes the password of a user of a cache. */
export const handler = rotating((secret, { topology, signal }) =>
  cacheLoginOf(secret, {
    topology,
    servers: process.env['POLYSTORE_SERVERS'] ?? '',
    users: new ElastiCacheUsers(),
    ...(signal && { signal }),
  }),
);
