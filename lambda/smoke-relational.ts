import { provesRelational } from '../lib/smoke/relational';
import { decodeStoragePromises, type StoragePromises } from '../lib/smoke/storage-promises';
import { placementsOf } from '../lib/sources/placements-of';
import { describeRdsServers } from '../lib/sources/rds-servers';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';

/** Proves every relational store. */
export const handler = smokeTest('relational', (topology) =>
  provesRelational({
    secrets: secretsFromEnvironment(process.env),
    placementOf: placementsOf(topology),
    ...storageFromEnvironment(process.env),
  }),
);

/** What the deployment promises of storage, where it paid for a way to ask RDS. */
function storageFromEnvironment({ POLYSTORE_STORAGE: text }: NodeJS.ProcessEnv): {
  readonly storage?: StoragePromises;
} {
  if (!text) return {};
  return { storage: { stores: decodeStoragePromises(text, 'POLYSTORE_STORAGE'), describe: describeRdsServers } };
}
