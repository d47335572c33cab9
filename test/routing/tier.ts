import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import { openRouter, type Router, type RouterOptions } from '../../lib/routing';
import { FileTopology } from '../../lib/sources';
import type { PostgresTopology, ServerTopology, Topology } from '../../lib/topology';
import type { TestTier } from '../support/local-servers';

/** A primary with two replicas, a sharded store, a service that may only read, one that has nothing to do with the shards. */
export const tier = defineTier({
  name: 'routing',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres({ replicas: 2 }),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 2 }),
  },
  services: {
    users: { uses: { main: 'write' } },
    posts: { uses: { posts: 'write', main: 'read' } },
  },
});

/** Only the store with replicas: three servers start faster than five. */
export const mainOnly = defineTier({
  name: 'routing',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 2 }) },
});

type Options = Partial<RouterOptions> & { readonly change?: (topology: Topology) => Topology };

/** Each connection begins with TLS and a login: as many as tests need that ask several things at once. */
const FEW = { max: 3 } as const;

/**
 * A router over a test tier, as owner and with small pools unless told otherwise; `change` alters the topology that it sees. A profile has its own
 * pools.
 */
export async function routerOf(test: TestTier, { change, ...options }: Options = {}): Promise<Router<typeof tier>> {
  const topology = await new FileTopology(test.topologyFile).read();
  return openRouter<typeof tier>({
    topology: { read: () => Promise.resolve(change ? change(topology) : topology) },
    secrets: test.secrets,
    login: { kind: 'owner' },
    ...options,
    pool: { ...(options.profile === undefined && FEW), ...options.pool },
  });
}

/** The topology with another `main`. */
export const withMain = (
  topology: Topology,
  change: (main: PostgresTopology) => Partial<PostgresTopology>,
): Topology => {
  const main = topology.stores['main'] as PostgresTopology;
  return { ...topology, stores: { ...topology.stores, main: { ...main, ...change(main) } } };
};

/** The same server, reached through another port. */
export const through = (port: number, server: ServerTopology): ServerTopology => ({
  ...server,
  endpoint: { ...server.endpoint, port },
});

/** Asks a server who it is: its label, as in `main/r1`. */
export const WHO = "select current_setting('cluster_name') as who";

export interface Who {
  readonly who: string;
}
