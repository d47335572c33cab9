import { promisedBackups } from '../lib/smoke/backups-check';
import { provesNeptune } from '../lib/smoke/neptune-store';
import { describeClusterBackups } from '../lib/sources/rds-servers';
import { localSecretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';
import { roleKeys } from './step/role-keys';

/** Proves every graph, signing with what the function's role is given; what stands in for Neptune on this machine takes passwords. */
export const handler = smokeTest('neptune', () => {
  const secrets = localSecretsFromEnvironment(process.env);
  const backups = promisedBackups(process.env['POLYSTORE_BACKUPS'], {
    service: 'RDS',
    describe: describeClusterBackups,
  });
  return provesNeptune({ ...roleKeys(process.env), ...(secrets && { secrets }), ...(backups && { backups }) });
});
