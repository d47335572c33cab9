import { dirname, join } from 'node:path';
import { defineTier, parseTier, postgres } from '../lib/definition';
import { startLocalTier, type LocalTier } from '../lib/local';
import { tlsFilesIn } from '../lib/local/certificates';
import { findFreePorts } from '../lib/local/ports';
import { withClient, type ConnectionTarget } from '../lib/postgres';
import { FileSecrets, FileTopology } from '../lib/sources';
import type { PostgresTopology, ServerTopology } from '../lib/topology';
import type { Cores } from './cores';
import { ROWS } from './load';
import { pgbouncer } from './pgbouncer';
import { pgpool } from './pgpool';
import { findProgram, startProxy, type Backends, type ProxyProgram, type RunningProxy } from './proxy';
import { withTemporaryDirectory } from './temporary-directory';

/** One replica, so that whoever reads reads the same server. */
export const benchTier = defineTier({
  name: 'bench',
  stages: { bench: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 1 }) },
});

/** A primary with its replica on this machine, a table in them, and what proxies are installed before them. */
export interface BenchServers {
  readonly topology: FileTopology;
  readonly secrets: FileSecrets;
  readonly backends: Backends;
  /** What proxies there are, running or not installed. */
  readonly proxies: readonly (RunningProxy | NotInstalled)[];
}

export interface NotInstalled {
  readonly program: ProxyProgram;
  readonly port: undefined;
}

/**
 * Most connections of a pool, and of pgbouncer to a server, for which it is the default: whoever is asked, and however many ask, the servers have
 * as much to bear.
 */
export const MOST_CONNECTIONS = 20;

const SETUP = `
  create table counter (id integer primary key, hits integer not null);
  insert into counter select id, 0 from generate_series(1, ${ROWS}) id`;

/** Starts the servers for `work`, each side on its own cores; stops them and the proxies afterwards, whatever happens. */
export async function withBenchServers<T>(
  cores: Cores,
  signal: AbortSignal,
  work: (servers: BenchServers) => Promise<T>,
): Promise<T> {
  return withTemporaryDirectory(async (directory) => {
    const root = join(directory, 'tier');
    const templates = join(directory, 'templates');
    const running: RunningProxy[] = [];
    let local: LocalTier | undefined;
    try {
      cores.moveTo('servers');
      local = await startLocalTier(parseTier(benchTier), { directory: root, templates, signal });
      const secrets = new FileSecrets(join(dirname(local.topologyFile), 'secrets.json'));
      const backends = await setUp(local, secrets, root);
      const proxies: (RunningProxy | NotInstalled)[] = [];
      for (const program of [pgbouncer, pgpool]) {
        const path = findProgram(program.name);
        if (path === undefined) {
          proxies.push({ program, port: undefined });
          continue;
        }
        const [port, adminPort] = (await findFreePorts(2)) as [number, number];
        const room = {
          directory: join(directory, program.name),
          port,
          adminPort,
          connections: MOST_CONNECTIONS,
          backends,
        };
        const proxy = await startProxy(program, path, room);
        running.push(proxy);
        proxies.push(proxy);
      }
      cores.moveTo('clients');
      return await work({ topology: new FileTopology(local.topologyFile), secrets, backends, proxies });
    } finally {
      for (const proxy of running) await proxy.stop();
      await local?.stop();
      cores.moveTo('all');
    }
  });
}

/** Makes the table, and resolves when the replica has it. */
async function setUp({ topology }: LocalTier, secrets: FileSecrets, root: string): Promise<Backends> {
  const { database, primary, replicas, secrets: names } = topology.stores['main'] as PostgresTopology;
  const replica = replicas[0] as ServerTopology;
  const credentials = await secrets.read(names.owner);
  const target = { database, credentials, trust: topology.trust };
  await withClient({ ...target, server: primary }, (client) => client.query(SETUP));
  await waitForSetup({ ...target, server: replica });
  return {
    primaryPort: primary.endpoint.port,
    replicaPort: replica.endpoint.port,
    database,
    credentials,
    tls: tlsFilesIn(join(root, 'tls')),
  };
}

async function waitForSetup(replica: ConnectionTarget): Promise<void> {
  await withClient(replica, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ there: boolean }>("select to_regclass('counter') is not null as there");
      if (rows[0]?.there) return;
    }
  });
}
