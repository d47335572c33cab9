import { PolystoreError } from '../errors';
import type { PoolOptions } from '../postgres';
import {
  openKeyDirectory,
  openPlacement,
  RdsTokens,
  type KeyDirectory,
  type PlacementStore,
  type SecretSource,
  type TokenSource,
  type TopologySource,
} from '../sources';
import type { KeyDirectoryLocation, PlacementLocation } from '../topology';
import type { ReadFallback } from './decide-route';
import { grantOf, requireAccess, type Grant, type RouterLogin } from './grant';
import type { KeyCacheOptions } from './key-cache';
import { Lifetime } from './lifetime';
import { openStore, type OpenStore, type RouterContext } from './open-store';
import type { Router, RouterCore, TierShape } from './router';

export interface RouterOptions {
  /** Where everything is; read once. */
  readonly topology: TopologySource;
  /** Where credentials are found by the names in the topology; each is read once, and again when a server refuses it. */
  readonly secrets: SecretSource;
  /** Who signs the tokens of a service that logs in by IAM. @default - RdsTokens, with the credentials of the environment */
  readonly tokens?: TokenSource;
  /** Who logs in, and so what this router may do. */
  readonly login: RouterLogin;
  /** Where a read goes when no replica is eligible. @default 'primary' */
  readonly readFallback?: ReadFallback;
  /** A replica that lags more answers no read, in milliseconds. @default 5000 */
  readonly maxLagMs?: number;
  /** Of the pool that each server gets when it is first used. @default - pools of 10 named `polystore-router` */
  readonly pool?: PoolOptions;
  /** Where the placement of a sharded store is read. @default - where the topology says */
  readonly openPlacement?: (store: string, location: PlacementLocation) => PlacementStore;
  /** Where the key directory of a sharded store is read and written. @default - where the topology says */
  readonly openKeyDirectory?: (store: string, location: KeyDirectoryLocation) => KeyDirectory;
  /** How what key directories say is remembered. @default - 100000 keys a store, for a minute */
  readonly keyCache?: KeyCacheOptions;
}

const DEFAULT_MAX_LAG_MS = 5_000;

/**
 * Opens a router: reads the topology, the credentials and the placements. No connection is opened before the first statement.
 * Whoever opens it closes it. `T` is the type of the tier definition (`openRouter<typeof tier>`), of which only the type is used.
 * @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID, UNKNOWN_SERVICE, UNKNOWN_SHARD where a shard map names a shard that the
 * topology lacks
 */
export async function openRouter<T extends TierShape = TierShape>(options: RouterOptions): Promise<Router<T>> {
  const maxLagMs = options.maxLagMs ?? DEFAULT_MAX_LAG_MS;
  if (!(maxLagMs >= 0)) throw new RangeError(`maxLagMs must be in [0, ∞), got ${maxLagMs}`);
  return TierRouter.open<T>({
    topology: await options.topology.read(),
    secrets: options.secrets,
    tokens: options.tokens ?? new RdsTokens(),
    login: options.login,
    policy: { fallback: options.readFallback ?? 'primary', maxLagMs },
    pool: { applicationName: 'polystore-router', ...options.pool },
    openPlacement: options.openPlacement ?? openPlacement,
    openKeyDirectory: options.openKeyDirectory ?? openKeyDirectory,
    keyCache: options.keyCache ?? {},
    lifetime: new Lifetime(),
  });
}

/** A store of the topology: open, or refused to this login. */
interface Entry {
  readonly grant: Grant;
  readonly store: OpenStore | undefined;
}

class TierRouter implements RouterCore {
  private readonly services = new Set<RouterCore>();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly context: RouterContext,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {
    for (const [name, { store }] of entries) {
      // The definition refuses such a name; a topology of another origin may have it, and `store(name)` still finds it.
      if (name in this || name === 'then') continue;
      Object.defineProperty(this, name, { get: () => this.store(name), enumerable: store !== undefined });
    }
  }

  static async open<T extends TierShape>(context: RouterContext): Promise<Router<T>> {
    const entries = await Promise.all(
      Object.entries(context.topology.stores).map(async ([name, topology]): Promise<[string, Entry]> => {
        const grant = grantOf(context.topology, context.login, name);
        return [name, { grant, store: grant.access && (await openStore(context, grant, topology)) }];
      }),
    );
    // Its properties are made from the topology, which the type of the tier describes.
    return new TierRouter(context, new Map(entries)) as RouterCore as Router<T>;
  }

  store(name: string): OpenStore {
    this.context.lifetime.check(name);
    const entry = this.entries.get(name);
    if (!entry) throw unknownStore(name, [...this.entries.keys()]);
    if (!entry.store) requireAccess(entry.grant, 'read');
    return entry.store as OpenStore;
  }

  async service(name: string): Promise<Router> {
    this.context.lifetime.check(name);
    const login = { kind: 'service', service: name } as const;
    const router = await TierRouter.open({ ...this.context, login, lifetime: new Lifetime() });
    // Closed in the meantime: the new router has no connection yet, and nobody would ever close it.
    this.context.lifetime.check(name);
    this.services.add(router);
    return router;
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.context.lifetime.end();
    await Promise.all([
      ...[...this.services].map((router) => router.close()),
      ...[...this.entries.values()].map(({ store }) => store?.close()),
    ]);
  }
}

function unknownStore(store: string, known: readonly string[]): PolystoreError<'UNKNOWN_STORE'> {
  return new PolystoreError('UNKNOWN_STORE', `unknown store "${store}", known are: ${known.join(', ') || 'none'}`, {
    details: { store, known },
    next: 'Use a store of the tier definition, or deploy the tier if this one is new.',
  });
}
