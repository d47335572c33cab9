import type { MemberChange } from './open-cluster';
import { requireAccess, type Grant } from './grant';
import type { Lifetime } from './lifetime';
import type { ServerTopology } from '../topology';

/** Servers of a store that takes writes at one place and answers reads at others. */
interface ServedByTwo {
  readonly primary: ServerTopology;
  readonly replicas: readonly ServerTopology[];
}

/** What is closed when nobody needs it any more. */
interface Closable {
  close(): Promise<void>;
}

/** The clients of a store. */
export interface Clients<C extends Closable> {
  readonly primary: C;
  /** The primary's where there are no replicas. */
  readonly replicas: C;
}

/**
 * Two official clients of one store, one that writes and one that reads from replicas, which follow the topology. Whoever opens it closes it.
 */
export class TwoClients<T extends ServedByTwo, C extends Closable> {
  private constructor(
    private readonly grant: Grant,
    private readonly lifetime: Lifetime,
    private readonly connect: (topology: T) => Promise<Clients<C>>,
    private topology: T,
    private clients: Clients<C>,
  ) {}

  /** Opens no connection, as long as `connect` does not. */
  static async open<T extends ServedByTwo, C extends Closable>(
    { grant, lifetime, topology }: { readonly grant: Grant; readonly lifetime: Lifetime; readonly topology: T },
    connect: (topology: T) => Promise<Clients<C>>,
  ): Promise<TwoClients<T, C>> {
    return new TwoClients(grant, lifetime, connect, topology, await connect(topology));
  }

  get current(): T {
    return this.topology;
  }

  /** @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED */
  writing(): C {
    requireAccess(this.grant, 'write');
    this.lifetime.check(this.grant.store);
    return this.clients.primary;
  }

  /** @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED */
  reading(): C {
    requireAccess(this.grant, 'read');
    this.lifetime.check(this.grant.store);
    return this.clients.replicas;
  }

  /** Another topology of the same store: where its servers are others, both clients are made anew. */
  async refresh(topology: T): Promise<MemberChange> {
    if (JSON.stringify(topology) === JSON.stringify(this.topology)) return { added: [], removed: [] };
    const [before, names, now] = [this.clients, namesOf(this.topology), namesOf(topology)];
    this.clients = await this.connect(topology);
    this.topology = topology;
    await closeBoth(before);
    return {
      added: now.filter((name) => !names.includes(name)),
      removed: names.filter((name) => !now.includes(name)),
    };
  }

  close(): Promise<void> {
    return closeBoth(this.clients);
  }
}

const namesOf = ({ primary, replicas }: ServedByTwo): readonly string[] =>
  [primary, ...replicas].map(({ name }) => name);

/** Never throws: a client that has not connected, or whose server is lost, has nothing to finish. */
async function closeBoth<C extends Closable>({ primary, replicas }: Clients<C>): Promise<void> {
  await Promise.allSettled([...new Set([primary, replicas])].map((client) => client.close()));
}
