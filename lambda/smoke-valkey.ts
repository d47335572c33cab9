import { promisedBackups } from '../lib/smoke/backups-check';
import { provesValkey } from '../lib/smoke/valkey-store';
import { describeCacheBackups } from '../lib/sources/cache-backups';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';
import { roleKeys } from './step/role-keys';

/** Proves every cache. */
export const handler = smokeTest('valkey', () =>
  provesValkey(
    secretsFromEnvironment(process.env),
    promisedBackups(process.env['POLYSTORE_BACKUPS'], { service: 'ElastiCache', describe: describeCacheBackups }),
    roleKeys(process.env).signing,
  ),
);
