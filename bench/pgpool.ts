import { join } from 'node:path';
import { LOCAL_HOST } from '../lib/local/server-settings';
import { TLS_FILES, type Backends, type ProxyProgram } from './proxy';

/**
 * Tells reads from writes itself: reads to the replica, all else to the primary. A read with {@link TO_PRIMARY} before it goes to the primary,
 * which is how a client of pgpool reads what it has written.
 */
export const pgpool: ProxyProgram = {
  name: 'pgpool',
  aptPackage: 'pgpool2',
  databaseFor: (_purpose, { database }) => database,
  plan: ({ directory, port, adminPort, connections, backends }) => ({
    args: ['-n', '-D', '-f', 'pgpool.conf', '-a', 'pool_hba.conf'],
    stopSignal: 'SIGINT',
    files: {
      'pgpool.conf': Object.entries({
        backend_clustering_mode: 'streaming_replication',
        listen_addresses: LOCAL_HOST,
        port,
        socket_dir: directory,
        pcp_listen_addresses: LOCAL_HOST,
        pcp_port: adminPort,
        pcp_socket_dir: directory,
        ...backendSettings(backends),
        enable_pool_hba: 'on',
        pool_passwd: join(directory, 'pool_passwd'),
        ssl: 'on',
        ssl_key: join(directory, TLS_FILES.key),
        ssl_cert: join(directory, TLS_FILES.certificate),
        ssl_ca_cert: join(directory, TLS_FILES.authority),
        // A process a connection; and a few, since one that a client has just left may not be free yet.
        num_init_children: connections + 4,
        max_pool: 1,
        // The servers are others' too: what no client uses is given back.
        connection_cache: 'off',
        load_balance_mode: 'on',
        sr_check_user: backends.credentials.username,
        sr_check_database: backends.database,
        pid_file_name: join(directory, 'pgpool.pid'),
        logdir: directory,
      })
        .map(([name, value]) => `${name} = '${value}'\n`)
        .join(''),
      'pool_hba.conf': `host all all ${LOCAL_HOST}/32 scram-sha-256\n`,
      pool_passwd: `${backends.credentials.username}:TEXT${backends.credentials.password}\n`,
    },
  }),
};

/** Before a SELECT. */
export const TO_PRIMARY = '/*NO LOAD BALANCE*/ ';

const backendSettings = ({ primaryPort, replicaPort }: Backends): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    [
      { port: primaryPort, weight: 0 },
      { port: replicaPort, weight: 1 },
    ].flatMap(({ port, weight }, index) => [
      [`backend_hostname${index}`, LOCAL_HOST],
      [`backend_port${index}`, port],
      [`backend_weight${index}`, weight],
      [`backend_flag${index}`, 'DISALLOW_TO_FAILOVER'],
    ]),
  );
