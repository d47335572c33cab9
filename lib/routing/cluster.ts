import { isPolystoreError } from '../errors';
import { errorGroupOf, type PgPool, type PgPoolClient, type QueryResult, type QueryResultRow } from '../postgres';
import type { BucketId } from '../placement';
import type { Access } from '../topology';
import {
  decideRoute,
  type ReadFallback,
  type ReadRequest,
  type ReplicaHealth,
  type ReplicaView,
  type Route,
} from './decide-route';
import { requireAccess, type Grant } from './grant';
import type { PostgresHandle, ServerStatus } from './handles';
import type { Lifetime } from './lifetime';
import type { ReplicaMonitor } from './replica-monitor';
import type { StoreServer } from './store-server';
import { retryLostRaces, type TransactionOptions } from './transaction-options';

/** How the reads of a router behave. */
export interface ReadPolicy {
  readonly fallback: ReadFallback;
  /** A replica that lags more answers no read, in milliseconds. */
  readonly maxLagMs: number;
}

/** A replica in use: where statements run, and who watches it. */
export class Replica implements ReplicaView {
  readonly name: string;

  /** Without a monitor, as behind a pooled endpoint, a replica's lag can't be known, so it is never read. */
  constructor(
    readonly server: StoreServer,
    readonly monitor: ReplicaMonitor | undefined,
  ) {
    this.name = server.name;
  }

  get health(): ReplicaHealth {
    return this.monitor?.health ?? UNWATCHABLE;
  }

  get outstanding(): number {
    return this.server.outstanding;
  }
}

const UNWATCHABLE: ReplicaHealth = { state: 'down', reason: 'its endpoint is pooled, so its lag cannot be measured' };

const NONE_TRIED: readonly string[] = [];

/** A primary with its replicas, a whole store or one shard: decides the route of each statement and runs it there. */
export class Cluster implements PostgresHandle {
  readonly kind = 'postgres';
  readonly store: string;
  /** Name of the primary. */
  readonly primary: string;
  /** Whether each replica was probed once: before, none is eligible. */
  private isWatched = false;

  constructor(
    readonly shard: string | undefined,
    private readonly primaryServer: StoreServer,
    readonly replicas: readonly Replica[],
    private readonly policy: ReadPolicy,
    private readonly grant: Grant,
    private readonly lifetime: Lifetime,
  ) {
    this.store = grant.store;
    this.primary = primaryServer.name;
  }

  async write<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>> {
    try {
      return await this.serverOf(this.route('write')).query<R>('write', text, values);
    } catch (error) {
      throw tracedToCaller(error);
    }
  }

  async read<R extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    this.lifetime.check(this.store);
    if (!this.isWatched) await this.watch();
    let tried = NONE_TRIED;
    for (;;) {
      this.lifetime.check(this.store);
      const route = decideRoute(this.readRequest(undefined, tried), this);
      try {
        const server = this.serverOf(route);
        return await (signal ? server.cancellableRead<R>(text, values, signal) : server.query<R>('read', text, values));
      } catch (error) {
        if (route.role === 'primary' || !mayAnswerElsewhere(error)) throw tracedToCaller(error);
        tried = [...tried, route.server];
        this.noteLost(route.server, error);
      }
    }
  }

  async transaction<T>(
    work: (client: PgPoolClient) => Promise<T>,
    options: TransactionOptions = {},
    signal?: AbortSignal,
  ): Promise<T> {
    requireAccess(this.grant, options.access ?? 'write');
    return retryLostRaces(options.retries ?? 0, signal, () => {
      this.lifetime.check(this.store);
      return this.primaryServer.transaction(work, options, signal);
    });
  }

  pool(): PgPool {
    return this.serverOf(this.route('write')).pool();
  }

  route(access: Access, bucket?: BucketId): Route {
    this.lifetime.check(this.store);
    requireAccess(this.grant, access);
    return decideRoute(access === 'write' ? { access, bucket } : this.readRequest(bucket, NONE_TRIED), this);
  }

  servers(): readonly ServerStatus[] {
    const replicas = this.replicas.map(({ server, health }) => ({ server, health }));
    return [{ server: this.primaryServer, health: undefined }, ...replicas].map(
      ({ server: { name, role, endpoint, outstanding }, health }) => ({ name, role, endpoint, outstanding, health }),
    );
  }

  /** Closes every connection. The lifetime of the router has ended before. */
  async close(): Promise<void> {
    await Promise.all(this.replicas.map(({ monitor }) => monitor?.close()));
    await Promise.all(
      [this.primaryServer, ...this.replicas.map(({ server }) => server)].map((server) => server.close()),
    );
  }

  private async watch(): Promise<void> {
    await Promise.all(this.replicas.map(({ monitor }) => monitor?.start()));
    this.isWatched = true;
  }

  private readRequest(bucket: BucketId | undefined, tried: readonly string[]): ReadRequest {
    const { maxLagMs, fallback } = this.policy;
    return { access: 'read', bucket, maxLagMs, fallback, nowMs: performance.now(), tried };
  }

  private serverOf(route: Route): StoreServer {
    const replica = route.role === 'replica' ? this.replicas.find(({ name }) => name === route.server) : undefined;
    return replica?.server ?? this.primaryServer;
  }

  private noteLost(name: string, error: unknown): void {
    if (!(error instanceof Error) || errorGroupOf(error.cause) !== 'unavailable') return;
    this.replicas.find((replica) => replica.name === name)?.monitor?.markDown(error.cause);
  }
}

/** Whether another server may answer a read that met this error. */
function mayAnswerElsewhere(error: unknown): boolean {
  return (
    isPolystoreError(error, 'SERVER_UNAVAILABLE') ||
    isPolystoreError(error, 'POOL_EXHAUSTED') ||
    errorGroupOf(error) === 'tooManyConnections'
  );
}

/** pg's errors arise where the socket is read: this gives them the stack of whoever waits for them. */
function tracedToCaller(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error, tracedToCaller);
  return error;
}
