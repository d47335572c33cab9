/**
 * What the smoke test is told of how stores are encrypted, as `main=<key id> archive=`: nothing after the sign where the key is whichever a snapshot
 * had. Short, since all variables of a function share 4 KB. `decodeStoragePromises` of the smoke test reads it.
 */
export const storagePromisesText = (keyIds: Readonly<Record<string, string>>): string =>
  Object.entries(keyIds)
    .map(([store, keyId]) => `${store}=${keyId}`)
    .join(' ');
