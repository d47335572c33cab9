import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Cluster, RedisOptions } from 'iovalkey';
import { notInstalled } from '../errors';
import type { Endpoint, StoreTrust, ValkeyTopology } from '../topology';
import type { ValkeyClient, ValkeyOptions } from './client';
import { connectorWith } from './connector';
import { LiveLogin, type ValkeyLogin } from './live-login';
import { endUntaken, Reach, type TellUnreachable } from './unreachable';

/** What a client needs to know. */
export interface ValkeyConnection {
  /** Where it connects to; with `slots`, the first of the servers that it then learns of. */
  readonly endpoint: Endpoint;
  readonly slots: ValkeyTopology['slots'] | undefined;
  /** `primary`: takes writes. `replicas`: answers reads, a little behind; with slots, from the replicas of each shard. */
  readonly to: 'primary' | 'replicas';
  readonly login: ValkeyLogin;
  readonly trust: StoreTrust;
  /** What a command rejects with that no server takes. @default - iovalkey's own error */
  readonly tell?: TellUnreachable;
}

/** Longest wait before a lost connection is tried again, in milliseconds. */
const RECONNECT_MS = 1_000;
/** So often is tried to connect before what waits for it is given up: a login that was refused has been read anew by then. */
const ATTEMPTS = 2;

/**
 * Makes a client. Connects when it is first asked something, and again whenever a connection is lost; a command that is sent meanwhile fails after
 * one more attempt instead of waiting. Each connection logs in with what the login is by then. Whoever makes it closes it: `quit()`.
 *
 * @throws {TypeError} where the package iovalkey is not installed
 */
export async function connectValkey(connection: ValkeyConnection, options: ValkeyOptions): Promise<ValkeyClient> {
  const { AbstractConnector, Cluster, Redis } = await import('iovalkey').catch(notInstalled('iovalkey'));
  const { endpoint, slots, to, trust, tell } = connection;
  const login = new LiveLogin(connection.login);
  const reach = new Reach();
  // What fails is told by the command that meets it; an event that nobody listens to would end the process.
  const hear = (error: unknown): void => {
    login.heard(error);
    reach.hear(error);
  };
  const common: RedisOptions = {
    Connector: connectorWith(AbstractConnector, login, hear),
    // What AUTH is followed by, word for word, where no username stands beside it.
    password: login.words as unknown as string,
    ...(trust.kind !== 'plaintext' && { tls: tlsOf(trust) }),
    connectionName: options.connectionName,
    connectTimeout: options.connectTimeoutMs,
    ...(options.commandTimeoutMs !== undefined && { commandTimeout: options.commandTimeoutMs }),
    lazyConnect: true,
    maxRetriesPerRequest: ATTEMPTS - 1,
  };
  const { host, port } = endpoint;
  let client: ValkeyClient;
  if (slots === undefined) {
    client = new Redis({ ...common, host, port, retryStrategy: backOff });
    client.on('error', hear);
  } else {
    const cluster = new Cluster([{ host, port }], {
      redisOptions: common,
      lazyConnect: true,
      scaleReads: to === 'replicas' && slots.replicasAShard > 0 ? 'slave' : 'master',
      // Certificates are for names: addresses would match none.
      dnsLookup: (address, done) => done(null, address),
      slotsRefreshTimeout: options.connectTimeoutMs,
      clusterRetryStrategy: (attempt) => {
        if (attempt % ATTEMPTS > 0) return backOff(attempt);
        comeBack(cluster, reach, backOff(attempt));
        return null;
      },
    });
    cluster.on('node error', hear);
    cluster.on('error', () => undefined);
    client = cluster;
  }
  endUntaken(client, { reach, ...(slots === undefined && { attempts: ATTEMPTS }), ...(tell && { tell }) });
  return client;
}

/**
 * A cluster that no server has let in keeps what was sent to it waiting, as long as it is going to try again. So it is told to give up, which
 * rejects all that waits, and to connect anew a little later, unless whoever made it has closed it by then.
 */
function comeBack(cluster: Cluster, reach: Reach, afterMs: number): void {
  cluster.once('end', () => {
    reach.isAway = true;
    const later = setTimeout(() => {
      if (cluster.status !== 'end') return;
      reach.isAway = false;
      cluster.connect().catch(() => undefined);
    }, afterMs);
    // Nothing waits for it any more.
    later.unref();
  });
}

const backOff = (attempt: number): number => Math.min(50 * 2 ** attempt, RECONNECT_MS);

/** Options of TLS, by which a client knows a server. ElastiCache's certificates are by Amazon's public authorities, which every runtime trusts; a local tier has an authority of its own. */
export function tlsOf(trust: StoreTrust): ConnectionOptions {
  return trust.kind === 'file' ? { ca: readFileSync(trust.path, 'utf8') } : {};
}
