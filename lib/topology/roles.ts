/** The database role that owns a store's database, in every world; only provisioning logs in as it. A service's role has the service's name. */
export const OWNER_ROLE = 'polystore_owner';

/** The user that owns a store of documents: DocumentDB takes letters and digits only. */
export const DOCUMENT_OWNER = 'polystoreowner';

/** The smoke test's own role, in every world. */
export const SMOKE_ROLE = 'polystore_smoke';
