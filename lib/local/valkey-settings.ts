import { createHash } from 'node:crypto';
import type { Credentials } from '../sources/secrets';
import type { TlsFiles } from './certificates';
import { LOCAL_HOST } from './server-settings';

/** A user of a Valkey store, and what it may do. */
export interface ValkeyUser {
  readonly credentials: Credentials;
  /** Rules of its access list without state and password, in the words of `ACL SETUSER`: `~app:* +@read`. */
  readonly rules: string;
}

/** What one server is told when it starts. */
export interface ValkeySettings {
  readonly port: number;
  /** Of the bus on which the servers of a cluster talk to each other; absent where there is no cluster. */
  readonly busPort?: number;
  readonly dataDirectory: string;
  readonly tls: TlsFiles;
  readonly users: readonly ValkeyUser[];
  /** As whom a replica follows its primary. Every server has it, since each may become a replica. */
  readonly replication: Credentials;
  /** Whom it follows; absent on a primary, and in a cluster, where `nodes.conf` says so. */
  readonly primaryPort?: number;
}

/**
 * After so long without an answer a server of a cluster counts as lost, in milliseconds. Those of one machine wait for the same processors and the same
 * disk: on a busy one a server may well be silent for the fifteen seconds that are Valkey's default, and is there all the same.
 */
const LOST_AFTER_MS = 60_000;

/** What the user that replicas follow by may do. @see https://valkey.io/topics/acl/ ("ACL rules for Sentinel and Replicas") */
const REPLICATION_RULES = '+psync +replconf +ping';

/**
 * The file that a server starts with. It holds the password of the replication user, so it is its owner's only; of the others it holds digests.
 * No port is open without TLS. Nobody can do anything as the default user.
 */
export function renderValkeySettings(settings: ValkeySettings): string {
  const { port, busPort, dataDirectory, tls, users, replication, primaryPort } = settings;
  return [
    'port 0',
    `tls-port ${port}`,
    `bind ${LOCAL_HOST}`,
    `tls-cert-file ${quote(tls.certificate)}`,
    `tls-key-file ${quote(tls.key)}`,
    `tls-ca-cert-file ${quote(tls.authority)}`,
    // Clients show a password, not a certificate.
    'tls-auth-clients no',
    'tls-replication yes',
    `dir ${quote(dataDirectory)}`,
    // The watchdog knows its servers by their command line.
    'set-proc-title no',
    'daemonize no',
    // A clean stop keeps the data for the next start.
    'save 3600 1',
    // An answer a moment after the start beats one copy on disk less.
    'repl-diskless-sync-delay 0',
    `masteruser ${quote(replication.username)}`,
    `masterauth ${quote(replication.password)}`,
    ...(primaryPort === undefined ? [] : [`replicaof ${LOCAL_HOST} ${primaryPort}`]),
    ...(busPort === undefined ? [] : clusterLines(busPort)),
    'user default reset',
    userLine({ credentials: replication, rules: REPLICATION_RULES }),
    ...users.map(userLine),
    '',
  ].join('\n');
}

function clusterLines(busPort: number): readonly string[] {
  return [
    'cluster-enabled yes',
    'tls-cluster yes',
    `cluster-port ${busPort}`,
    `cluster-announce-ip ${LOCAL_HOST}`,
    'cluster-config-file nodes.conf',
    `cluster-node-timeout ${LOST_AFTER_MS}`,
    // As ElastiCache has it: slots whose server is lost keep nobody from the others.
    // @see https://docs.aws.amazon.com/AmazonElastiCache/latest/red-ug/ParameterGroups.Redis.html ("Redis OSS 3.2.4 parameter changes")
    'cluster-require-full-coverage no',
  ];
}

function userLine({ credentials: { username, password }, rules }: ValkeyUser): string {
  const digest = createHash('sha256').update(password).digest('hex');
  return `user ${quote(username)} reset on #${digest} ${rules}`;
}

/** As the server's own parser reads it back. */
const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** A server of a cluster, as its members know each other. */
export interface ClusterMember {
  /** `<store>/<server>`. */
  readonly label: string;
  readonly port: number;
  readonly busPort: number;
  /** Label of the primary that it follows; absent on a primary. */
  readonly primary?: string;
}

/** Of every cluster. @see https://valkey.io/topics/cluster-spec/ ("Key distribution model") */
export const CLUSTER_SLOTS = 16_384;

/**
 * The file in which a server of a cluster keeps who belongs to it, as it would have written it itself: the cluster is whole as soon as its
 * servers see each other, and ports that changed since the last start are no matter. Slots go to the primaries in equal ranges, in their order.
 */
export function renderClusterNodes(members: readonly ClusterMember[], self: string): string {
  const primaries = members.filter(({ primary }) => primary === undefined);
  const lines = members.map((member) => {
    const { label, port, busPort, primary } = member;
    const flags = [...(label === self ? ['myself'] : []), primary === undefined ? 'master' : 'slave'].join(',');
    const shard = primaries.findIndex((each) => each.label === (primary ?? label));
    const slots = primary === undefined ? ` ${slotRange(shard, primaries.length)}` : '';
    const address = `${LOCAL_HOST}:${port}@${busPort}`;
    const follows = primary === undefined ? '-' : nodeId(primary);
    return `${nodeId(label)} ${address} ${flags} ${follows} 0 0 ${shard + 1} connected${slots}`;
  });
  return [...lines, `vars currentEpoch ${primaries.length} lastVoteEpoch 0`, ''].join('\n');
}

/** The `shard`th of `count` ranges, which cover every slot and differ by one slot at most: `0-5460`. */
export function slotRange(shard: number, count: number): string {
  const from = (index: number): number => Math.floor((index * CLUSTER_SLOTS) / count);
  return `${from(shard)}-${from(shard + 1) - 1}`;
}

/** 40 hexadecimal digits, the same at every start. */
const nodeId = (label: string): string => createHash('sha1').update(label).digest('hex');
