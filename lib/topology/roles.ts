/** The database role that owns a store's database, in every world; only provisioning logs in as it. A service's role has the service's name. */
export const OWNER_ROLE = 'polystore_owner';

/** The user that owns a store of documents: DocumentDB takes letters and digits only. */
export const DOCUMENT_OWNER = 'polystoreowner';

/** The smoke test's own role, in every world. */
export const SMOKE_ROLE = 'polystore_smoke';

const OTHER = '_b';

/**
 * The other of the two users that a service has in a store of documents, which takes one password of a user: a rotation sets the one that the secret does
 * not name, and then has the secret name it. No service is called so.
 */
export const otherDocumentUser = (user: string): string =>
  user.endsWith(OTHER) ? user.slice(0, -OTHER.length) : user + OTHER;
