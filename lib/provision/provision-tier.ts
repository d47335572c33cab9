import { documentTargets } from './document-users';
import { databaseTargets, type DatabaseTargetsOptions } from './provision-databases';
import type { ProvisionReport } from './provision-report';
import { provisionTargets } from './provision-targets';

export type ProvisionOptions = DatabaseTargetsOptions;

/**
 * Brings every database of a tier to what the topology says: relational ones, and the users of stores of documents.
 *
 * @throws {PolystoreError} SHARD_OWNS_BUCKETS, DOCUMENT_MISSING or DOCUMENT_INVALID before anything is done;
 * IDENTITY_CONFLICT, SERVER_UNAVAILABLE, PRIMARY_DEMOTED or PROVISION_FAILED after every other database was done
 */
export async function provisionTier(options: ProvisionOptions): Promise<ProvisionReport> {
  return provisionTargets([...(await databaseTargets(options)), ...documentTargets(options)]);
}
