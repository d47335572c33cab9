import { promisedBackups } from '../lib/smoke/backups-check';
import { provesDocumentDb } from '../lib/smoke/documentdb-store';
import { describeClusterBackups } from '../lib/sources/rds-servers';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';

/** Proves every store of documents. */
export const handler = smokeTest('documentdb', () =>
  provesDocumentDb(
    secretsFromEnvironment(process.env),
    promisedBackups(process.env['POLYSTORE_BACKUPS'], { service: 'RDS', describe: describeClusterBackups }),
  ),
);
