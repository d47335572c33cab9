import { PolystoreError } from '../errors';
import type { ServerDescriber } from '../sources/rds-servers';

/** What the deployment promises of a store's servers that only RDS can tell. */
export interface StoragePromise {
  /** Id of the key of everything that the store keeps, the last part of its ARN. Absent: encrypted, with whichever key its snapshot had. */
  readonly keyId?: string;
}

/** Stores whose servers are promised to be encrypted, and to survive the loss of a zone; and whom to ask. */
export interface StoragePromises {
  readonly stores: Readonly<Record<string, StoragePromise>>;
  readonly describe: ServerDescriber;
}

/** A store and the id of its key, if one is promised. */
const WRITTEN = /^([a-z][a-z0-9-]*)=([\w-]*)$/;

/**
 * Reads what a deployment wrote, as in `main=<key id> archive=`. `source` names where from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID
 */
export function decodeStoragePromises(text: string, source: string): StoragePromises['stores'] {
  const promises = text.split(' ').map((word): [string, StoragePromise] => {
    const [, store, keyId] = WRITTEN.exec(word) ?? [];
    if (store !== undefined) return [store, keyId ? { keyId } : {}];
    throw new PolystoreError('DOCUMENT_INVALID', `the storage promises of ${source} can't be read`, {
      details: { document: 'storage promises', source },
      next: 'Deploy the operations stack of the tier again, which writes them.',
    });
  });
  return Object.fromEntries(promises);
}
