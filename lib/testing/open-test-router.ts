import { openRouterBy, type RouterOptions } from '../routing/open-router';
import type { Router } from '../routing';
import type { ServerWay } from '../routing/open-cluster';
import type { ConnectionTarget } from '../postgres';
import { readConnectionString, type TestDatabase } from './connection-string';
import { MemoryKeyDirectory } from './memory-key-directory';
import { MemoryPlacement } from './memory-placement';
import { schemaOf, standInSchema, TestSchemas } from './test-schemas';
import type { TestTier } from './test-tier';
import { testWorld } from './test-topology';

/** What a test may say of the router itself, as in production. */
export type TestRouterSettings = Pick<
  RouterOptions,
  'catchUpMs' | 'keyCache' | 'maxLagMs' | 'pool' | 'primaryReadShare' | 'readFallback' | 'replicaChoice' | 'tokenKey'
>;

export interface TestRouterOptions<T extends TestTier> extends TestRouterSettings {
  /** The tier definition, or its stores and services written by hand. */
  readonly tier: T;
  /** The database that everything lies in, as `postgres://user:password@localhost:5432/test`. The user may create schemas there. */
  readonly connectionString: string;
  /** The service that is tested: it may do what the tier says, and no more. @default - everything is allowed */
  readonly service?: string;
  /**
   * Begins the names of all schemas: lower-case letters, digits and single underscores, at most 20. Tests that run at the same time need one each:
   * `test_${process.env.JEST_WORKER_ID}`.
   * @default 'test'
   */
  readonly namespace?: string;
  /** Extensions that the stores need. They are shared: all stores lie in one database. @default - none */
  readonly extensions?: readonly string[];
  /** Tables that {@link TestRouter.reset} leaves as they are, by name in every store: those of migrations. @default - none */
  readonly keepTables?: readonly string[];
}

/** A router for tests, and what a test does beside routing. Whoever opens it closes it. */
export interface TestRouter<T extends TestTier> {
  readonly router: Router<T>;
  /** Empties every table of every store and shard, and begins their sequences anew. What keys of a directory are assigned to stays. */
  reset(): Promise<void>;
  /** Closes the router and drops its schemas. May be called again. */
  close(): Promise<void>;
}

const NAMESPACE = /^(?=.{1,20}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Every store and shard has its own pool, on one server that bears a hundred connections unless it is told otherwise. */
const DEFAULT_POOL_MAX = 4;

/**
 * Opens a router for unit tests: all stores and shards of a tier lie in one database, each in a schema of its own, empty at first. The router is
 * the one of production, with the same handles, errors and refusals. Where the tier has replicas, a second login to the same server stands in for
 * one: it refuses writes, and never lags. Servers can't be lost or promoted here.
 * @throws {PolystoreError} NAMESPACE_TAKEN, UNKNOWN_SERVICE, and what PostgreSQL itself says of the connection
 * @throws {RangeError} for an option that is outside of what is allowed
 */
export async function openTestRouter<T extends TestTier>(options: TestRouterOptions<T>): Promise<TestRouter<T>> {
  const {
    tier,
    connectionString,
    service,
    namespace = 'test',
    extensions = [],
    keepTables = [],
    pool,
    ...settings
  } = options;
  if (!NAMESPACE.test(namespace)) {
    throw new RangeError(
      `namespace must be lower-case letters, digits and single underscores, at most 20, got "${namespace}"`,
    );
  }
  const at = readConnectionString(connectionString);
  const { topology, placements } = testWorld(tier, at);
  const memories = new Map([...placements].map(([store, placement]) => [store, new MemoryPlacement(placement)]));
  const directories = new Map([...placements.keys()].map((store) => [store, new MemoryKeyDirectory(store)]));
  const schemas = await TestSchemas.make(at, namespace, topology, extensions);
  try {
    const router = await openRouterBy<T>(
      {
        ...settings,
        topology: { read: () => Promise.resolve(topology) },
        secrets: { read: () => Promise.resolve(at.credentials) },
        login: service === undefined ? { kind: 'owner' } : { kind: 'service', service },
        pool: { max: DEFAULT_POOL_MAX, ...pool },
        openPlacement: (store) => known(memories, store),
        openKeyDirectory: (store) => known(directories, store),
      },
      () => (way) => targetOf(at, namespace, way),
    );
    let closing: Promise<void> | undefined;
    return {
      router,
      reset: () => schemas.empty(keepTables),
      close: () => (closing ??= router.close().then(() => schemas.close())),
    };
  } catch (error) {
    await schemas.close();
    throw error;
  }
}

/** One database for all, in which each sees its own schema. */
function targetOf({ database, trust }: TestDatabase, namespace: string, way: ServerWay): ConnectionTarget {
  const { place, server, role, credentials } = way;
  const own = schemaOf(namespace, place.grant.store, place.shard);
  const path = role === 'replica' ? [standInSchema(namespace), 'pg_catalog', own, 'public'] : [own, 'public'];
  // In production the role of a service that may only read has no right to write, whatever server it is on.
  const refusesWrites = role === 'replica' || place.grant.access === 'read';
  return {
    server,
    database,
    credentials,
    trust,
    settings: {
      search_path: path.join(','),
      ...(refusesWrites && { default_transaction_read_only: 'on' }),
    },
  };
}

function known<V>(table: ReadonlyMap<string, V>, store: string): V {
  const found = table.get(store);
  if (found === undefined) throw new TypeError(`store "${store}" has no placement, and nobody noticed`);
  return found;
}
