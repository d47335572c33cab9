import { documentLoginOf } from '../lib/rotation/document-logins';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { rotating } from './step/rotate';

/** Changes the login of a service in a store of documents, or of its owner. */
export const handler = rotating((secret, { topology }) =>
  documentLoginOf(secret, { topology, secrets: secretsFromEnvironment(process.env) }),
);
