import { connectDocumentDb, type DocumentClient, type DocumentClientOptions } from '../documentdb';
import { SecretCredentials, type SecretSource } from '../sources';
import { credentialOf, trustOf, type DocumentDbTopology, type Trust } from '../topology';
import type { DocumentDbHandle } from './documentdb-handle';
import { unknownLogin, type Grant, type RouterLogin } from './grant';
import type { Lifetime } from './lifetime';
import type { MemberChange } from './open-cluster';
import { TwoClients, type Clients } from './two-clients';

/** What opening a store of documents needs of its router. */
export interface DocumentDbStoreContext {
  readonly topology: { readonly trust: Trust };
  readonly secrets: SecretSource;
  readonly login: RouterLogin;
  readonly lifetime: Lifetime;
  readonly documentdb: DocumentClientOptions;
}

/** A store of kind `documentdb` in use: two clients that connect when they are first asked something. */
export class DocumentDbStore implements DocumentDbHandle {
  readonly kind = 'documentdb';

  private constructor(
    readonly store: string,
    private readonly clients: TwoClients<DocumentDbTopology, DocumentClient>,
  ) {}

  /** Reads the secret; opens no connection. @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID */
  static async open(
    context: DocumentDbStoreContext,
    grant: Grant,
    topology: DocumentDbTopology,
  ): Promise<DocumentDbStore> {
    const { lifetime } = context;
    const clients = await TwoClients.open({ grant, lifetime, topology }, (next) => connect(context, grant, next));
    return new DocumentDbStore(grant.store, clients);
  }

  get database(): string {
    return this.clients.current.database;
  }

  client(): DocumentClient {
    return this.clients.writing();
  }

  readClient(): DocumentClient {
    return this.clients.reading();
  }

  refresh(topology: DocumentDbTopology): Promise<MemberChange> {
    return this.clients.refresh(topology);
  }

  close(): Promise<void> {
    return this.clients.close();
  }
}

async function connect(
  context: DocumentDbStoreContext,
  { store }: Grant,
  topology: DocumentDbTopology,
): Promise<Clients<DocumentClient>> {
  const login = await SecretCredentials.open(context.secrets, secretOf(context.login, store, topology));
  const { username, password } = await login.read();
  const { primary, replicas, replicaSet } = topology;
  const clientOf = (readsFrom: 'primary' | 'replicas'): Promise<DocumentClient> =>
    connectDocumentDb(
      {
        endpoint: primary.endpoint,
        replicaSet,
        readsFrom,
        credentials: { username, password },
        login,
        trust: trustOf(context.topology, topology),
      },
      context.documentdb,
    );
  const writing = await clientOf('primary');
  return { primary: writing, replicas: replicas.length === 0 ? writing : await clientOf('replicas') };
}

function secretOf(login: RouterLogin, store: string, { secrets }: DocumentDbTopology): string {
  if (login.kind === 'owner') return secrets.owner;
  if (login.kind === 'smoke') return secrets.smoke;
  const credential = credentialOf(secrets, login.service);
  if (credential?.kind !== 'secret') throw unknownLogin(login, store);
  return credential.secret;
}
