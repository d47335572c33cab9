import { invalidDocument, PolystoreError } from '../errors';
import type { TopologySource } from '../sources';
import type { StoreTopology, Topology } from '../topology';
import { requireProxies } from './connection-profile';
import { grantOf, requireAccess, type Grant } from './grant';
import { Lifetime } from './lifetime';
import type { MemberChange } from './open-cluster';
import { openStore, type OpenedStore, type OpenStore, type RouterContext } from './open-store';
import type { Router, RouterCore, TierShape } from './router';
import type { RouterEvent, RouterListener } from './router-events';
import { poolOf, type PoolWishes } from './service-pool';
import { RouterSession, type Session } from './session';
import { SessionState } from './session-state';
import { decodeToken, type TokenCodec } from './token-codec';

/** What a router of a whole tier is opened with. */
export interface TierRouterContext extends Omit<RouterContext, 'pool'> {
  /** What is said of pools; how large they are depends on the login too. */
  readonly pools: PoolWishes;
  readonly source: TopologySource;
  /** Time between two reads of the topology, in milliseconds; undefined: it is read when asked for. */
  readonly refreshMs: number | undefined;
  readonly tokenCodec: TokenCodec;
}

/** A store of the topology: open, or refused to this login. */
interface Entry {
  readonly grant: Grant;
  readonly opened: OpenedStore | undefined;
}

/** A router of all the stores of a topology. Fields of the language's own privacy leave their names to stores. */
export class TierRouter implements RouterCore {
  readonly #context: TierRouterContext;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #services = new Set<RouterCore>();
  #closing: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(context: TierRouterContext, entries: ReadonlyMap<string, Entry>) {
    this.#context = context;
    this.#entries = entries;
    for (const [name, { opened }] of entries) {
      // The definition refuses such a name; a topology of another origin may have it, and `store(name)` still finds it.
      if (name in this || name === 'then') continue;
      Object.defineProperty(this, name, { get: () => this.store(name), enumerable: opened !== undefined });
    }
    this.#refreshLater();
  }

  /** @throws {PolystoreError} as {@link openRouter} */
  static async open<T extends TierShape>(context: TierRouterContext): Promise<Router<T>> {
    const { stores } = context.topology;
    const grants = Object.keys(stores).map((name) => grantOf(context.topology, context.login, name));
    const granted = grants.filter(({ access }) => access).map(({ store }) => store);
    requireProxies(context.connection, context.topology, granted);
    const sized = { ...context, pool: poolOf(context.pools, context.topology, context.login) };
    const entries = await Promise.all(
      grants.map(async (grant): Promise<[string, Entry]> => {
        const name = grant.store;
        const topology = stores[name] as StoreTopology;
        return [name, { grant, opened: grant.access && (await openStore(sized, grant, topology)) }];
      }),
    );
    // Its properties are made from the topology, which the type of the tier describes.
    return new TierRouter(context, new Map(entries)) as RouterCore as Router<T>;
  }

  store(name: string): OpenStore {
    this.#context.lifetime.check(name);
    const entry = this.#entries.get(name);
    if (!entry) throw unknownStore(name, this.#context.topology);
    if (!entry.opened) requireAccess(entry.grant, 'read');
    return (entry.opened as OpenedStore).store;
  }

  async service(name: string): Promise<Router> {
    const context = this.#context;
    context.lifetime.check(name, `service "${name}"`);
    const login = { kind: 'service', service: name } as const;
    const router = await TierRouter.open({ ...context, login, lifetime: new Lifetime() });
    this.#services.add(router);
    // Closed in the meantime: it has no connection yet, but it would go on reading the topology, and nobody would ever close it.
    if (this.#closing) await router.close();
    context.lifetime.check(name, `service "${name}"`);
    return router;
  }

  session(token?: string): Session {
    const { tokenCodec: codec, sessions: scope } = this.#context;
    const state = token === undefined ? new SessionState() : new SessionState(decodeToken(token, codec));
    return new RouterSession({ scope, codec, store: (name) => this.store(name) }, state);
  }

  on<E extends RouterEvent>(name: E, listener: RouterListener<E>): () => void {
    return this.#context.events.on(name, listener);
  }

  refresh(): Promise<void> {
    this.#context.lifetime.check('topology', 'the topology');
    this.#refreshing ??= this.#refreshNow().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #refreshNow(): Promise<void> {
    const { source, events } = this.#context;
    try {
      const topology = await source.read();
      requireSameTier(this.#context.topology, topology);
      const open = [...this.#entries].filter(([, { opened }]) => opened).map(([name]) => name);
      requireProxies(this.#context.connection, topology, open);
      const { stores } = topology;
      const refreshes = [...this.#entries].map(([name, { opened }]): Promise<MemberChange> | undefined => {
        const topology = stores[name];
        return topology && opened?.refresh(topology);
      });
      // To the end of each: who closes the router waits for this, and what one of them opened after that nobody would close.
      await Promise.allSettled(refreshes);
      const changes = await Promise.all(refreshes);
      const added = changes.flatMap((change) => change?.added ?? []);
      const removed = changes.flatMap((change) => change?.removed ?? []);
      events.emit('topologyRefresh', { added, removed, error: undefined });
    } catch (error) {
      events.emit('topologyRefresh', { added: [], removed: [], error });
      throw error;
    }
    await Promise.all([...this.#services].map((router) => router.refresh()));
  }

  #refreshLater(): void {
    const { refreshMs } = this.#context;
    if (refreshMs === undefined) return;
    this.#timer = setTimeout(() => {
      // What failed is told by an event; the topology in use stays in use.
      this.refresh()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#closing) this.#refreshLater();
        });
    }, refreshMs).unref();
  }

  async #closeAll(): Promise<void> {
    this.#context.lifetime.end();
    clearTimeout(this.#timer);
    // A refresh that is under way makes servers that must be closed, too.
    await this.#refreshing?.catch(() => undefined);
    await Promise.all([
      ...[...this.#services].map((router) => router.close()),
      ...[...this.#entries.values()].map(({ opened }) => opened?.store.close()),
    ]);
  }
}

/** A topology that takes the place of another is of the same tier and stage, and its stores are of the same kinds. @throws {PolystoreError} DOCUMENT_INVALID */
function requireSameTier(before: Topology, after: Topology): void {
  const [was, is] = [before, after].map(({ tier, stage }) => `${tier}/${stage}`);
  const source = `the source of ${was}`;
  const next = 'The topology in use stays in use. Open another router for another tier.';
  if (is !== was) throw invalidDocument('topology', source, `it is of ${is}`, next);
  for (const [store, { kind }] of Object.entries(before.stores)) {
    const found = after.stores[store]?.kind ?? kind;
    if (found !== kind)
      throw invalidDocument('topology', source, `store "${store}" was ${kind}, and is ${found}`, next);
  }
}

function unknownStore(store: string, { stores, absent = {} }: Topology): PolystoreError<'UNKNOWN_STORE'> {
  const known = Object.keys(stores);
  const missing = Object.hasOwn(absent, store) ? absent[store] : undefined;
  if (missing !== undefined) {
    return new PolystoreError('UNKNOWN_STORE', `store "${store}" does not run here: ${missing.reason}`, {
      details: { store, known },
      next: missing.next,
    });
  }
  return new PolystoreError('UNKNOWN_STORE', `unknown store "${store}", known are: ${known.join(', ') || 'none'}`, {
    details: { store, known },
    next: 'Use a store of the tier definition, or deploy the tier if this one is new.',
  });
}
