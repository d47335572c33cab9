import { Pool, type PoolConfig, type QueryResult } from 'pg';
import type { PoolOptions, Queryable } from '../lib/postgres';
import { openRouter, type Router } from '../lib/routing';
import type { benchTier, BenchServers } from './bench-servers';
import type { Send } from './load';
import { TO_PRIMARY } from './pgpool';
import { clientConfig, type ProxyPurpose, type RunningProxy } from './proxy';

/** What clients ask for. */
export type RequestKind = 'read' | 'write' | 'session';

/**
 * How clients reach a proxy: `tls`, as they must reach the servers, or `plain`, which a proxy on the same machine as its clients may allow. It
 * spares them most of their work, which is the cipher's, and shows what that costs.
 */
export type ProxyLeg = 'tls' | 'plain';

/** Who is asked. Whoever opens it closes it. */
export interface Contestant {
  readonly send: Send;
  /** Port of the server by which a read is answered. */
  readonly readPort: () => Promise<number>;
  close(): Promise<void>;
}

const READ = 'select hits from counter where id = $1';
const WRITE = 'update counter set hits = hits + 1 where id = $1';
const WRITE_AND_TELL = `${WRITE} returning hits`;
const WHERE_AM_I = 'select inet_server_port() as port';

/** A session writes a row and reads it so many times. */
export const READS_A_SESSION = 4;

const PURPOSES: Readonly<Record<RequestKind, ProxyPurpose>> = {
  read: 'read',
  write: 'write',
  session: 'readYourWrites',
};

/** The router. What a session has seen is carried from a client's request to its next one in a token, as between two processes. */
export async function openRouterContestant(
  kind: RequestKind,
  { topology, secrets }: BenchServers,
  connections: number,
  pool: PoolOptions = {},
): Promise<Contestant> {
  const router = await openRouter<typeof benchTier>({
    topology,
    secrets,
    login: { kind: 'owner' },
    // Of reads: one that the primary answers would be another server's. A session may have to ask it.
    readFallback: kind === 'read' ? 'none' : 'primary',
    pool: { max: connections, ...pool },
  });
  const sends: Readonly<Record<RequestKind, Send>> = {
    read: (id) => router.main.read(READ, [id]),
    write: (id) => router.main.write(WRITE, [id]),
    session: sessionOn(router),
  };
  return {
    send: sends[kind],
    readPort: async () => portIn(await router.main.read(WHERE_AM_I)),
    close: () => router.close(),
  };
}

function sessionOn(router: Router<typeof benchTier>): Send {
  const tokens: string[] = [];
  return async (id, client) => {
    const session = router.session(tokens[client]);
    const main = session.store('main');
    await readOwnWrite(
      () => main.write(WRITE_AND_TELL, [id]),
      () => main.read(READ, [id]),
    );
    tokens[client] = session.token();
  };
}

/**
 * `pg` alone, on the server that can do it: for reads the replica, for sessions the primary, since who asks a replica without a router may
 * miss what he has written.
 */
export function openBareContestant(kind: RequestKind, { backends }: BenchServers, connections: number): Contestant {
  const port = kind === 'read' ? backends.replicaPort : backends.primaryPort;
  return poolContestant(
    kind,
    openBarePool({ ...clientConfig(backends, port, backends.database), max: connections }),
    READ,
  );
}

/** `pg` with a proxy between it and the servers. */
export function openProxyContestant(
  kind: RequestKind,
  { program, port, backends }: RunningProxy,
  connections: number,
  leg: ProxyLeg,
): Contestant {
  const config = clientConfig(backends, port, program.databaseFor(PURPOSES[kind], backends));
  const pool = openBarePool({ ...config, max: connections, ...(leg === 'plain' && { ssl: false }) });
  const read = program.name === 'pgpool' && kind === 'session' ? `${TO_PRIMARY}${READ}` : READ;
  return poolContestant(kind, pool, read);
}

function openBarePool(config: PoolConfig): Pool {
  const pool = new Pool(config);
  // The statement that meets a lost connection reports it.
  pool.on('error', () => undefined);
  return pool;
}

function poolContestant(kind: RequestKind, pool: Pool, read: string): Contestant {
  const sends: Readonly<Record<RequestKind, Send>> = {
    read: (id) => pool.query(read, [id]),
    write: (id) => pool.query(WRITE, [id]),
    session: (id) =>
      readOwnWrite(
        () => pool.query(WRITE_AND_TELL, [id]),
        () => pool.query(read, [id]),
      ),
  };
  return {
    send: sends[kind],
    readPort: async () => portIn(await (pool as Queryable).query(WHERE_AM_I)),
    close: () => pool.end(),
  };
}

/** Writes a row and reads it; a read that misses the write ends the bench, since speed without it is none. */
async function readOwnWrite(write: () => Promise<QueryResult>, read: () => Promise<QueryResult>): Promise<void> {
  const written = hitsIn(await write());
  for (let count = 0; count < READS_A_SESSION; count++) {
    const seen = hitsIn(await read());
    if (seen < written) throw new Error(`a session wrote ${written} and then read ${seen}`);
  }
}

const hitsIn = ({ rows }: QueryResult): number => (rows[0] as { readonly hits: number }).hits;
const portIn = ({ rows }: QueryResult): number => (rows[0] as { readonly port: number }).port;
