import type { Placement } from '../placement';
import { checkPlacementFits } from '../provision';
import { openRouter, type Router } from '../routing';
import type { Login } from '../postgres';
import { RdsTokens, tokenLogin, type PlacementStore, type SecretSource, type TokenSource } from '../sources';
import type { Credential, ServerTopology, StoreTopology, Topology } from '../topology';
import { SmokeSkip } from './check';
import type { DescribedServer } from '../sources/rds-servers';
import type { StoragePromises } from './storage-promises';

export interface TierUnderTestOptions {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  /** @default - RdsTokens, with the credentials of the environment */
  readonly tokens?: TokenSource;
  readonly placementOf: (store: string) => PlacementStore;
  /** @default - nobody is asked: what only RDS can tell is skipped */
  readonly storage?: StoragePromises;
  /** How long one connection, or one statement, may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Shown in `pg_stat_activity`. */
export const APPLICATION_NAME = 'polystore-smoke';

/** What the checks of one run share: the topology, the secrets, each placement read once, and a router a store. Whoever makes it closes it. */
export class TierUnderTest {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  readonly timeoutMs: number;
  private readonly tokens: TokenSource;
  private readonly placements = new Map<string, Promise<Placement>>();
  private described: Promise<readonly DescribedServer[]> | undefined;
  private readonly routers = new Map<string, Promise<Router>>();
  private readonly releases: (() => void)[] = [];

  constructor(private readonly options: TierUnderTestOptions) {
    this.topology = options.topology;
    this.secrets = options.secrets;
    this.tokens = options.tokens ?? new RdsTokens();
    this.timeoutMs = options.timeoutMs;
  }

  /** What a connection to `server` logs in with. */
  async login(credential: Credential, { endpoint: { host, port } }: ServerTopology): Promise<Login> {
    if (credential.kind === 'secret') return this.secrets.read(credential.secret);
    const { role: username, region } = credential;
    return tokenLogin(this.tokens, { host, port, username, region });
  }

  store(name: string): StoreTopology {
    return this.topology.stores[name] as StoreTopology;
  }

  /** The placement of a sharded store; rejects where it can't be read or doesn't fit the topology. */
  placement(name: string): Promise<Placement> {
    let placement = this.placements.get(name);
    if (!placement) this.placements.set(name, (placement = this.readPlacement(name)));
    return placement;
  }

  /** The placement, for the checks that need one and don't prove it. @throws {SmokeSkip} where there is none */
  async requirePlacement(name: string): Promise<Placement> {
    try {
      return await this.placement(name);
    } catch {
      throw new SmokeSkip(`${name} has no usable shard map: see shard-map`);
    }
  }

  /**
   * A router of this store alone, logged in as the smoke role: a fault of one store's placement keeps no other store's router from opening.
   */
  router(name: string): Promise<Router> {
    let router = this.routers.get(name);
    if (!router) this.routers.set(name, (router = this.openRouter(name)));
    return router;
  }

  get storage(): StoragePromises | undefined {
    return this.options.storage;
  }

  /** What RDS says of its servers, asked once a run; rejects where it does not answer. */
  describedServers(): Promise<readonly DescribedServer[]> {
    this.described ??= this.storage?.describe() ?? Promise.reject(new TypeError('nobody to ask'));
    return this.described;
  }

  /** Has something that checks share released with the tier. */
  onClose(release: () => void): void {
    this.releases.push(release);
  }

  /** Closes every router, and what else checks shared. Never throws. */
  async close(): Promise<void> {
    for (const release of this.releases) release();
    const opened = await Promise.allSettled(this.routers.values());
    await Promise.allSettled(
      opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)),
    );
  }

  private async readPlacement(name: string): Promise<Placement> {
    const store = this.store(name);
    if (store.kind !== 'shardedPostgres') throw new TypeError(`store "${name}" has no placement`);
    const placement = await this.options.placementOf(name).read();
    checkPlacementFits(name, store, placement);
    return placement;
  }

  private openRouter(name: string): Promise<Router> {
    const { secrets, placementOf, timeoutMs } = this.options;
    const topology = { ...this.topology, stores: { [name]: this.store(name) } };
    return openRouter({
      topology: { read: () => Promise.resolve(topology) },
      secrets,
      login: { kind: 'smoke' },
      openPlacement: placementOf,
      pool: { max: 4, connectTimeoutMs: timeoutMs, statementTimeoutMs: timeoutMs, applicationName: APPLICATION_NAME },
    });
  }
}
