import { notInstalled } from '../errors';
import type { DocumentDbTopology, Endpoint, StoreTrust } from '../topology';
import type { DocumentClient, DocumentClientOptions } from './client';
import { followLogin, type DocumentCredentials, type DocumentLogin } from './follow-login';

/** What a client needs to know. */
export interface DocumentConnection {
  readonly endpoint: Endpoint;
  /** The other servers are found by this name, and who takes writes is known after a failover. Absent: the endpoint alone is asked. */
  readonly replicaSet: DocumentDbTopology['replicaSet'];
  /** `primary`: reads what was written. `replicas`: reads from a replica, a little behind; from the primary where none answers. */
  readonly readsFrom: 'primary' | 'replicas';
  readonly credentials: DocumentCredentials;
  /** What each connection logs in with, where that may change while the client lives. @default - the credentials */
  readonly login?: DocumentLogin;
  readonly trust: StoreTrust;
}

/**
 * Makes a client. Connects when it is first asked something. Whoever makes it closes it: `close()`.
 *
 * @throws {TypeError} where the package mongodb is not installed
 */
export async function connectDocumentDb(
  { endpoint: { host, port }, replicaSet, readsFrom, credentials, login, trust }: DocumentConnection,
  { appName, connectTimeoutMs, operationTimeoutMs }: DocumentClientOptions,
): Promise<DocumentClient> {
  const { MongoClient } = await import('mongodb').catch(notInstalled('mongodb'));
  const client = new MongoClient(`mongodb://${host}:${port}/`, {
    appName,
    auth: credentials,
    authSource: 'admin',
    ...tlsOf(trust),
    ...(replicaSet === undefined ? { directConnection: true } : { replicaSet }),
    readPreference: readsFrom === 'replicas' ? 'secondaryPreferred' : 'primary',
    // DocumentDB has none.
    retryWrites: false,
    connectTimeoutMS: connectTimeoutMs,
    serverSelectionTimeoutMS: connectTimeoutMs,
    ...(operationTimeoutMs !== undefined && { socketTimeoutMS: operationTimeoutMs }),
  });
  if (login) followLogin(client, login);
  return client;
}

/** Options of MongoDB's client, by which it knows a server. */
export function tlsOf(trust: StoreTrust): { readonly tls: boolean; readonly tlsCAFile?: string } {
  switch (trust.kind) {
    case 'file':
      return { tls: true, tlsCAFile: trust.path };
    case 'rds':
      return { tls: true, tlsCAFile: trust.bundlePath };
    case 'system':
      return { tls: true };
    case 'plaintext':
      return { tls: false };
  }
}
