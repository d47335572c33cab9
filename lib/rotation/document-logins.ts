import { PolystoreError } from '../errors';
import type { SecretSource } from '../sources/secrets';
import { trustOf, type Topology } from '../topology';
import { DocumentOwnerLogin, DocumentUserLogin, type DocumentLoginOptions } from './document-login';
import type { RotatedLogin } from './rotate-secret';

export interface DocumentLoginsOptions extends Pick<DocumentLoginOptions, 'timeoutMs'> {
  readonly topology: Topology;
  readonly secrets: SecretSource;
}

/**
 * The login that a secret of a store of documents holds.
 * @throws {PolystoreError} DOCUMENT_MISSING where the topology knows no such secret
 */
export function documentLoginOf(
  secret: string,
  { topology, secrets, ...timeout }: DocumentLoginsOptions,
): RotatedLogin {
  for (const store of Object.values(topology.stores)) {
    if (store.kind !== 'documentdb') continue;
    const { smoke, services, owner } = store.secrets;
    const { primary, replicaSet } = store;
    const options = {
      ...timeout,
      server: { endpoint: primary.endpoint, replicaSet, trust: trustOf(topology, store) },
    };
    if (secret === owner) return new DocumentOwnerLogin(options);
    if ([smoke, ...Object.values(services)].includes(secret))
      return new DocumentUserLogin(options, () => secrets.read(owner));
  }
  throw new PolystoreError('DOCUMENT_MISSING', `no store of documents of the tier has the secret ${secret}`, {
    details: { document: `secret ${secret}`, source: 'the topology' },
    next: 'Deploy the rotation stack of the tier: its schedules are those of secrets that are there.',
  });
}
