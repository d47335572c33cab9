import type { Placement } from '../placement';
import type { Login } from '../postgres';
import { checkPlacementFits } from '../provision/target-database';
import { openRouter, type Router } from '../routing';
import { RdsTokens, tokenLogin, type PlacementStore, type SecretSource, type TokenSource } from '../sources';
import type { DescribedServer } from '../sources/rds-servers';
import type { Credential, ServerTopology, StoreTopology, Topology } from '../topology';
import { SmokeSkip } from './check';
import type { StoragePromises } from './storage-promises';
import { APPLICATION_NAME, type TierUnderTest } from './tier-under-test';

/**
 * Connections of the router to one server: so few that somebody waits for one, as a pool must prove. More would not make a run faster, since each begins
 * with TLS and a login, which take longer than the statements that it would run.
 */
const POOL_MAX = 2;

export interface DatabasesUnderTestOptions {
  readonly secrets: SecretSource;
  /** Who signs the tokens of services that log in by IAM. @default - RdsTokens, with the credentials of the environment */
  readonly tokens?: TokenSource;
  readonly placementOf: (store: string) => PlacementStore;
  /** What only RDS can tell, and whom to ask. @default - such promises are skipped, as on this machine */
  readonly storage?: StoragePromises;
}

/** What the checks of relational stores share in one run: the secrets, each placement read once, and a router a store. Closed with its tier. */
export class DatabasesUnderTest {
  readonly topology: Topology;
  readonly timeoutMs: number;
  readonly secrets: SecretSource;
  private readonly tokens: TokenSource;
  private readonly placements = new Map<string, Promise<Placement>>();
  private described: Promise<readonly DescribedServer[]> | undefined;
  private readonly routers = new Map<string, Promise<Router>>();

  constructor(
    private readonly tier: TierUnderTest,
    private readonly options: DatabasesUnderTestOptions,
  ) {
    this.topology = tier.topology;
    this.timeoutMs = tier.timeoutMs;
    this.secrets = options.secrets;
    this.tokens = options.tokens ?? new RdsTokens();
    tier.onClose(() => this.closeRouters());
  }

  store(name: string): StoreTopology {
    return this.tier.store(name);
  }

  /** Has something that checks share released with the tier. */
  onClose(release: () => Promise<void>): void {
    this.tier.onClose(release);
  }

  /** What a connection to `server` logs in with. */
  async login(credential: Credential, { endpoint: { host, port } }: ServerTopology): Promise<Login> {
    if (credential.kind === 'secret') return this.secrets.read(credential.secret);
    const { role: username, region } = credential;
    return tokenLogin(this.tokens, { host, port, username, region });
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

  private async closeRouters(): Promise<void> {
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
    const { timeoutMs } = this;
    const { secrets, placementOf } = this.options;
    const topology = { ...this.topology, stores: { [name]: this.store(name) } };
    return openRouter({
      topology: { read: () => Promise.resolve(topology) },
      secrets,
      login: { kind: 'smoke' },
      openPlacement: placementOf,
      pool: {
        max: POOL_MAX,
        connectTimeoutMs: timeoutMs,
        statementTimeoutMs: timeoutMs,
        applicationName: APPLICATION_NAME,
      },
    });
  }
}
