import { connectNeptune, type GraphClient, type GraphClientOptions } from '../neptune';
import type { SecretSource } from '../sources';
import { trustOf, type NeptuneTopology, type ServerTopology, type Trust } from '../topology';
import type { Grant } from './grant';
import type { Lifetime } from './lifetime';
import type { NeptuneHandle } from './neptune-handle';
import type { MemberChange } from './open-cluster';
import { TwoClients, type Clients } from './two-clients';

/** What opening a graph needs of its router. */
export interface NeptuneStoreContext {
  readonly topology: { readonly trust: Trust };
  readonly secrets: SecretSource;
  readonly lifetime: Lifetime;
  readonly neptune: GraphClientOptions;
}

/** A store of kind `neptune` in use: two clients that connect when they are first asked something. */
export class NeptuneStore implements NeptuneHandle {
  readonly kind = 'neptune';

  private constructor(
    readonly store: string,
    private readonly clients: TwoClients<NeptuneTopology, GraphClient>,
  ) {}

  /** Reads the secret, where there is one; opens no connection. @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID */
  static async open(context: NeptuneStoreContext, grant: Grant, topology: NeptuneTopology): Promise<NeptuneStore> {
    const { lifetime } = context;
    const clients = await TwoClients.open({ grant, lifetime, topology }, (next) => connect(context, next));
    return new NeptuneStore(grant.store, clients);
  }

  client(): GraphClient {
    return this.clients.writing();
  }

  readClient(): GraphClient {
    return this.clients.reading();
  }

  refresh(topology: NeptuneTopology): Promise<MemberChange> {
    return this.clients.refresh(topology);
  }

  close(): Promise<void> {
    return this.clients.close();
  }
}

async function connect(context: NeptuneStoreContext, topology: NeptuneTopology): Promise<Clients<GraphClient>> {
  const { primary, replicas, iam, login } = topology;
  const credentials = login && (await context.secrets.read(login.secret));
  const trust = trustOf(context.topology, topology);
  const clientOf = ({ endpoint }: ServerTopology): Promise<GraphClient> =>
    connectNeptune({ endpoint, iam, ...(credentials && { credentials }), trust }, context.neptune);
  const writing = await clientOf(primary);
  const [reader] = replicas;
  return { primary: writing, replicas: reader === undefined ? writing : await clientOf(reader) };
}
