import { LOCAL_HOST } from '../lib/local/server-settings';
import { TLS_FILES, type ProxyProgram } from './proxy';

/** One database for each server, since pgbouncer does not tell a read from a write. Transaction pooling, as applications use it. */
export const pgbouncer: ProxyProgram = {
  name: 'pgbouncer',
  aptPackage: 'pgbouncer',
  databaseFor: (purpose) => (purpose === 'read' ? 'replica' : 'primary'),
  plan: ({ port, connections, backends: { primaryPort, replicaPort, database, credentials } }) => ({
    args: ['pgbouncer.ini'],
    stopSignal: 'SIGTERM',
    files: {
      'pgbouncer.ini': [
        '[databases]',
        `primary = host=${LOCAL_HOST} port=${primaryPort} dbname=${database}`,
        `replica = host=${LOCAL_HOST} port=${replicaPort} dbname=${database}`,
        '[pgbouncer]',
        `listen_addr = ${LOCAL_HOST}`,
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = scram-sha-256',
        'auth_file = userlist.txt',
        'pool_mode = transaction',
        `default_pool_size = ${connections}`,
        'client_tls_sslmode = allow',
        `client_tls_key_file = ${TLS_FILES.key}`,
        `client_tls_cert_file = ${TLS_FILES.certificate}`,
        'server_tls_sslmode = verify-full',
        `server_tls_ca_file = ${TLS_FILES.authority}`,
        'log_connections = 0',
        'log_disconnections = 0',
        'log_stats = 0',
        '',
      ].join('\n'),
      'userlist.txt': `"${credentials.username}" "${credentials.password}"\n`,
    },
  }),
};
