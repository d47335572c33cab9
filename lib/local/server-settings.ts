/** A server's configuration: what the definition says of it, in the terms of this machine. */
export interface ServerSettings {
  /** `<store>/<server>`: what `cluster_name` shows. */
  readonly label: string;
  readonly port: number;
  /** Connections at most. */
  readonly maxConnections: number;
  /** Statements slower than this are logged, in milliseconds. */
  readonly slowQueryMs: number;
  readonly tls: { readonly certificate: string; readonly key: string };
  /** Of a replica: where it streams from. */
  readonly upstream?: Upstream;
}

/** How a replica reaches its primary. */
export interface Upstream {
  readonly port: number;
  readonly username: string;
  /** File with the password, in libpq's format: a password in the settings could be read by SQL. */
  readonly passwordFile: string;
  /** Certificate of the authority that signed the primary's. */
  readonly authority: string;
}

/** Loopback only: a server of this tier is never reachable from another machine. */
export const LOCAL_HOST = '127.0.0.1';

/**
 * The same for every server, primary or replica, so that a copy of one starts as the other.
 *
 * - `fsync` off: a crash of a server, or of this kit, loses nothing, since the system still writes what it was given; a crash of the system
 *   or a power cut can ruin the data. It makes starting and small commits several times faster.
 * - `wal_level` logical: shards need it to move buckets, and a primary loses nothing by it.
 * - `dynamic_shared_memory_type` mmap: nothing outside the data directory, so nothing stays behind after a kill -9.
 * - `wal_retrieve_retry_interval`: a replica that starts before its primary tries again at once and not after 5 s.
 * - 25 WAL senders: 15 replicas, the most a store may have, and as many bucket moves as shards bear.
 */
const COMMON = {
  listen_addresses: LOCAL_HOST,
  unix_socket_directories: '',
  shared_buffers: '16MB',
  shared_memory_type: 'mmap',
  dynamic_shared_memory_type: 'mmap',
  fsync: 'off',
  wal_level: 'logical',
  max_wal_senders: '25',
  max_replication_slots: '25',
  max_worker_processes: '16',
  min_wal_size: '2MB',
  max_wal_size: '64MB',
  wal_keep_size: '64MB',
  wal_retrieve_retry_interval: '100ms',
  hot_standby: 'on',
  ssl: 'on',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %q%u@%d %a ',
} as const;

/** The text of `postgresql.conf`. What ALTER SYSTEM sets goes before it. */
export function renderSettings(settings: ServerSettings): string {
  const all: Record<string, string> = {
    ...COMMON,
    cluster_name: settings.label,
    port: String(settings.port),
    max_connections: String(settings.maxConnections),
    log_min_duration_statement: String(settings.slowQueryMs),
    ssl_cert_file: settings.tls.certificate,
    ssl_key_file: settings.tls.key,
    ...(settings.upstream && { primary_conninfo: renderUpstream(settings.upstream, settings.label) }),
  };
  return Object.entries(all)
    .map(([name, value]) => `${name} = ${quoteSetting(value)}\n`)
    .join('');
}

/** Who may log in how: with a password, over TLS, from this machine. Plaintext has no line, so it is refused. */
export function renderAccess(replicationRole: string): string {
  return [
    `hostssl all all ${LOCAL_HOST}/32 scram-sha-256`,
    `hostssl replication ${replicationRole} ${LOCAL_HOST}/32 scram-sha-256`,
    '',
  ].join('\n');
}

function renderUpstream(upstream: Upstream, applicationName: string): string {
  const parts = {
    host: LOCAL_HOST,
    port: String(upstream.port),
    user: upstream.username,
    passfile: upstream.passwordFile,
    sslmode: 'verify-full',
    sslrootcert: upstream.authority,
    application_name: applicationName,
  };
  return Object.entries(parts)
    .map(([name, value]) => `${name}='${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}

const quoteSetting = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
