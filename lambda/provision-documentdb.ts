import { documentTargets } from '../lib/provision/document-users';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { provisioning } from './step/provision';

/** Makes the users of every store of documents. */
export const handler = provisioning('provision-documentdb', (_event, context) =>
  Promise.resolve(documentTargets({ ...context, secrets: secretsFromEnvironment(process.env) })),
);
