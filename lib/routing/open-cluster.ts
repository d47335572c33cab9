import {
  checkTrust,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_POOL_MAX,
  type ConnectionTarget,
  type Login,
  type PoolOptions,
} from '../postgres';
import { secretLogin, tokenLogin, type SecretSource, type TokenSource } from '../sources';
import {
  credentialOf,
  type DatabaseSecrets,
  type PostgresEngine,
  type ServerTopology,
  type ShardTopology,
} from '../topology';
import { Cluster } from './cluster';
import { primaryEndpoint, type ConnectionPolicy } from './connection-profile';
import { ClusterMembers, type MemberList } from './cluster-members';
import { unknownLogin, type Grant, type RouterLogin } from './grant';
import { Member } from './member';
import { OnDemandMonitor } from './on-demand-monitor';
import { CROWDED_MS, PrimaryReads } from './primary-reads';
import type { ClusterContext } from './read-site';
import { ServerMonitor, type Reach } from './server-monitor';
import { StoreServer } from './store-server';
import { ServerTelemetry } from './telemetry';

/** What opening a cluster needs of its router. */
export interface OpenClusterContext extends ClusterContext {
  /** How a server is reached. */
  readonly targetOf: (way: ServerWay) => ConnectionTarget;
  readonly secrets: SecretSource;
  readonly tokens: TokenSource;
  readonly login: RouterLogin;
  readonly connection: ConnectionPolicy;
  readonly pool: PoolOptions & { readonly applicationName: string };
  /** The part of the primary's pool that reads may take in the stead of replicas, (0, 1]. */
  readonly primaryReadShare: number;
}

/** The part of the primary's pool that sessions leave to writes when they read right behind their own; one connection at least. */
const LEFT_TO_WRITES_SHARE = 0.1;

/** Which cluster, and of what sort. */
export interface ClusterPlace {
  readonly grant: Grant;
  /** Undefined where the store has no shards. */
  readonly shard: string | undefined;
  readonly engine: PostgresEngine;
  readonly database: string;
}

/** A server, what for, and who logs in. */
export interface ServerWay {
  readonly place: ClusterPlace;
  readonly server: ServerTopology;
  /** What it is by the topology. */
  readonly role: 'primary' | 'replica';
  readonly credentials: Login;
}

/** Servers that came and went with a topology, by their names in the store. */
export interface MemberChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** A cluster in use. Whoever opens it closes it. */
export interface OpenedCluster {
  readonly cluster: Cluster;
  /** Another topology of the same cluster: servers that are new come into use, those that are gone are closed. */
  refresh(servers: ShardTopology): Promise<MemberChange>;
}

/**
 * Makes a cluster ready for statements. Opens no connection, but sees whether its servers can be trusted.
 * @throws {PolystoreError} DOCUMENT_MISSING
 */
export async function openCluster(
  context: OpenClusterContext,
  place: ClusterPlace,
  servers: ShardTopology,
): Promise<OpenedCluster> {
  const loginTo = await loginOf(context, servers.secrets, place.grant.store);
  const { shard, grant } = place;
  const { max = DEFAULT_POOL_MAX, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = context.pool;
  let known = new Map<string, Member>();
  const memberOf = (server: ServerTopology, role: 'primary' | 'replica'): Member => {
    const same = known.get(keyOf(server));
    if (same) return same;
    const targetAt = (at: ServerTopology): ConnectionTarget =>
      context.targetOf({ place, server: at, role, credentials: loginTo(at) });
    const statements = role === 'primary' ? primaryEndpoint(context.connection, server) : server;
    const targets = { own: targetAt(server), statements: targetAt(statements) };
    Object.values(targets).forEach(checkTrust);
    return makeMember(context, place, targets, role, () => members);
  };
  const listOf = ({ primary, replicas }: ShardTopology): MemberList => {
    const list = {
      primary: memberOf(primary, 'primary'),
      replicas: replicas.map((replica) => memberOf(replica, 'replica')),
    };
    const all = [list.primary, ...list.replicas];
    known = new Map([primary, ...replicas].map((server, index) => [keyOf(server), all[index] as Member]));
    return list;
  };
  const members: ClusterMembers = new ClusterMembers({ store: grant.store, shard }, listOf(servers), context.events);
  const leftToWrites = Math.max(1, Math.floor(max * LEFT_TO_WRITES_SHARE));
  const reads = {
    inStead: new PrimaryReads(Math.max(1, Math.floor(max * context.primaryReadShare)), connectTimeoutMs),
    behindWrites: new PrimaryReads(Math.max(1, max - leftToWrites), CROWDED_MS),
  };
  return {
    cluster: new Cluster(members, reads, grant, context),
    refresh: async (next) => {
      const before = [...known.values()];
      const list = listOf(next);
      const after = [...known.values()];
      await members.replace(list);
      return { added: namesMissingIn(after, before), removed: namesMissingIn(before, after) };
    },
  };
}

/** The ways to one server. */
interface MemberTargets {
  /** The server itself: for probes. */
  readonly own: ConnectionTarget;
  /** What statements go to: the server itself, or a proxy before it. */
  readonly statements: ConnectionTarget;
}

function makeMember(
  { events, pool, connection, telemetry, login }: OpenClusterContext,
  { grant: { store }, shard, engine }: ClusterPlace,
  { own, statements }: MemberTargets,
  role: 'primary' | 'replica',
  members: () => ClusterMembers,
): Member {
  const { server } = own;
  // A shard's servers are named within the shard.
  const name = shard === undefined ? server.name : `${shard}/${server.name}`;
  const Monitor = connection.probing === 'onDemand' ? OnDemandMonitor : ServerMonitor;
  const monitor =
    server.endpoint.via === 'direct'
      ? new Monitor(own, engine, `${pool.applicationName}-monitor`, reachOf(server), {
          answered: (state, askedAtMs) => members().answered(member, state, askedAtMs),
          turned: (state, reason) => events.emit('breaker', { store, shard, server: name, state, reason }),
        })
      : undefined;
  const told = (server: StoreServer): ServerTelemetry =>
    new ServerTelemetry(telemetry, {
      store,
      shard,
      name,
      poolName: `${login.kind === 'service' ? login.service : login.kind}@${store}/${name}`,
      database: statements.database,
      endpoint: statements.server.endpoint,
      role: () => server.role,
      pool: () => server.poolStatus,
      health: () => member.health,
    });
  const storeServer = new StoreServer(store, name, role, statements, engine, pool, told);
  const member: Member = new Member(storeServer, monitor, server.zone);
  return member;
}

/** The name of an Aurora cluster's readers leads to another one of them with each connection. */
const reachOf = ({ endpoint: { host } }: ServerTopology): Reach =>
  host.includes('.cluster-ro-') ? 'anyOfSeveral' : 'oneServer';

/** A server that differs in any of it is another one. */
const keyOf = ({ name, zone, endpoint: { host, port, via }, pooled }: ServerTopology): string =>
  JSON.stringify([name, zone, host, port, via, pooled?.host, pooled?.port]);

const namesMissingIn = (some: readonly Member[], others: readonly Member[]): readonly string[] =>
  some.filter((member) => !others.includes(member)).map(({ name }) => name);

/** How this router logs in to each server of a cluster: with one secret for all, or with tokens that are each for one. */
async function loginOf(
  { login, secrets: source, tokens }: OpenClusterContext,
  secrets: DatabaseSecrets,
  store: string,
): Promise<(server: ServerTopology) => Login> {
  const credential =
    login.kind === 'service'
      ? credentialOf(secrets, login.service)
      : ({ kind: 'secret', secret: secrets[login.kind] } as const);
  if (credential === undefined) throw unknownLogin(login, store);
  if (credential.kind === 'iam') {
    const { role: username, region } = credential;
    return ({ endpoint: { host, port } }) => tokenLogin(tokens, { host, port, username, region });
  }
  const shared = await secretLogin(source, credential.secret);
  return () => shared;
}
