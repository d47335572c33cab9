/**
 * Where everything is: the contract between the infrastructure world, which publishes it, and the runtime world, which reads it.
 *
 * A deployment writes it (one SSM parameter a store, one a shard stack; a file on this machine). It holds names of secrets, never a secret.
 */
export interface Topology {
  /** Version of this format; a reader refuses any other. */
  readonly version: typeof TOPOLOGY_VERSION;
  readonly tier: string;
  readonly stage: string;
  /** `local`: this machine. What only AWS can show (a key's policy, a Multi-AZ standby) is skipped there. */
  readonly world: 'aws' | 'local';
  /** How a client knows that it talks to the real server. */
  readonly trust: Trust;
  readonly stores: Readonly<Record<string, StoreTopology>>;
  readonly services: Readonly<Record<string, ServiceTopology>>;
  /** Stores of the definition that nothing runs here, by name: on this machine, where their engine is not installed. Absent where there are none. */
  readonly absent?: Readonly<Record<string, AbsentStore>>;
}

/** A store that does not run. */
export interface AbsentStore {
  readonly kind: StoreTopology['kind'];
  /** What is missing, as in `no valkey-server and no redis-server on PATH`. */
  readonly reason: string;
  /** What to do about it, one sentence. */
  readonly next: string;
}

export const TOPOLOGY_VERSION = 1;

/** `file`: a PEM file with the certificate authority. `rds`: Amazon's authorities, which the runtime has in `NODE_EXTRA_CA_CERTS` or its bundle. */
export type Trust =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'rds'; readonly bundlePath: string };

/**
 * How a client knows a server that somebody else runs. `system`: by the authorities that the runtime trusts. `plaintext`: not at all, which only a
 * server on the loopback address may ask for.
 */
export type GivenTrust = { readonly kind: 'system' } | { readonly kind: 'plaintext' };

/** How a client knows the servers of one store. */
export type StoreTrust = Trust | GivenTrust;

/** As the store says, else as its tier does. */
export const trustOf = (tier: { readonly trust: Trust }, store: { readonly trust?: GivenTrust }): StoreTrust =>
  store.trust ?? tier.trust;

export type StoreTopology =
  PostgresTopology | ShardedPostgresTopology | ValkeyTopology | DynamoDbTopology | DocumentDbTopology | NeptuneTopology;

/** Stores that are asked in SQL. */
export type RelationalTopology = PostgresTopology | ShardedPostgresTopology;

/** One PostgreSQL primary with its physical read replicas. */
export interface PostgresTopology {
  readonly kind: 'postgres';
  readonly engine: PostgresEngine;
  readonly database: string;
  readonly primary: ServerTopology;
  readonly replicas: readonly ServerTopology[];
  /** Replicas in other regions, which the topology there describes. Absent where there are none. */
  readonly elsewhere?: readonly ServerElsewhere[];
  readonly secrets: DatabaseSecrets;
}

/** A server that nothing in this region connects to. */
export interface ServerElsewhere {
  readonly name: string;
  readonly region: string;
}

/** Many PostgreSQL clusters that share one schema; the placement says which holds which keys. */
export interface ShardedPostgresTopology {
  readonly kind: 'shardedPostgres';
  readonly engine: PostgresEngine;
  readonly database: string;
  readonly shardKey: ShardKeyTopology;
  readonly shards: Readonly<Record<string, ShardTopology>>;
  readonly placement: PlacementLocation;
  /** Regions in which a copy of every shard waits to take over; nothing connects to one until then. Absent where there is none. */
  readonly secondaries?: readonly string[];
  /** Of a store whose strategy is `directory` only: what says which bucket a key is in. */
  readonly keyDirectory?: KeyDirectoryTopology;
}

export interface ShardTopology {
  readonly primary: ServerTopology;
  readonly replicas: readonly ServerTopology[];
  readonly secrets: DatabaseSecrets;
}

/** The column that places a row, and its PostgreSQL type. */
export interface ShardKeyTopology {
  readonly column: string;
  readonly type: 'bigint' | 'text' | 'uuid' | 'date' | 'timestamptz';
}

/** Where the run-time record of the shard map lives. The topology only points at it: a deployment never changes it. */
export type PlacementLocation =
  { readonly kind: 'dynamodb'; readonly table: string } | { readonly kind: 'directory'; readonly path: string };

/** Where keys are assigned to buckets, and what becomes of a key that is not. */
export interface KeyDirectoryTopology {
  readonly location: KeyDirectoryLocation;
  /**
   * `refuse`: a key that is not assigned is an error. Else it is assigned when it is first met; `hash`: to the bucket of its hash, `leastLoaded`: to one of the
   * shard with the fewest keys for each of its buckets.
   */
  readonly newKeys: 'refuse' | 'hash' | 'leastLoaded';
}

export type KeyDirectoryLocation =
  { readonly kind: 'dynamodb'; readonly table: string } | { readonly kind: 'file'; readonly path: string };

/** `postgres`: lag is read from WAL positions. `aurora-postgres`: storage is shared, lag comes from `aurora_replica_status()`. */
export type PostgresEngine = 'postgres' | 'aurora-postgres';

export interface ServerTopology {
  /** Unique in its store; `primary` for the primary, a replica's own name otherwise. */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** A second way to the same server, by a pool of connections, where the deployment has one. */
  readonly pooled?: Endpoint;
  /** Availability zone, where known. */
  readonly zone?: string;
  /**
   * Region that it stands in, where that is another than the one that the topology is for. A way there is not the kit's to make: who has none
   * reads from the servers without a region.
   */
  readonly region?: string;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** `pooled` endpoints share connections among clients: no session state, no probes. */
  readonly via: 'direct' | 'pooled';
}

/** A key-value store in memory. */
export interface ValkeyTopology {
  readonly kind: 'valkey';
  readonly engine: 'valkey' | 'redis';
  /** Takes writes; with `slots`, a name that leads to some server, which says where each slot is. */
  readonly primary: ServerTopology;
  /** Answer reads: on AWS one name for all of them. With `slots`, what is known of them before any server is asked. */
  readonly replicas: readonly ServerTopology[];
  /** Present where keys are spread over shards by their slots; else the primary holds everything. */
  readonly slots?: SlotsTopology;
  /** What ElastiCache calls it, for which logins are signed. Absent where somebody else runs it, and in what earlier versions have published. */
  readonly cache?: CacheTopology;
  /** Present where somebody else runs what answers on this machine. */
  readonly standIn?: StandInTopology;
  /** Of servers that somebody else runs, on this machine only. @default - the tier's */
  readonly trust?: GivenTrust;
  readonly secrets: LoginSecrets;
}

/** A cache of ElastiCache. */
export interface CacheTopology {
  readonly name: string;
  /** Whether it has no nodes of its own. */
  readonly serverless?: true;
}

/** Shards that a client finds by asking any server. */
export interface SlotsTopology {
  /** Primaries. Absent where the engine decides by itself. */
  readonly shards?: number;
  readonly replicasAShard: number;
}

/** A key-value store: one table. Nobody logs in: whoever may use it has rights of IAM. */
export interface DynamoDbTopology {
  readonly kind: 'dynamodb';
  readonly table: string;
  readonly partitionKey: TableAttributeTopology;
  readonly sortKey?: TableAttributeTopology;
  /** Other ways to find items. A local one has the table's partition key. */
  readonly indexes: readonly TableIndexTopology[];
  /** Attribute that holds the second, since 1970, after which an item may be deleted. Absent where items stay. */
  readonly timeToLive?: string;
  /** What answers in the place of DynamoDB, and does less than it. Absent on AWS. */
  readonly emulator?: EmulatorTopology;
}

/** An emulator of DynamoDB: it has no TLS, asks nobody for rights, and keeps no backups. */
export interface EmulatorTopology {
  readonly url: string;
  /** What else it can't do. @default ['transactions', 'expiry'] */
  readonly lacks?: readonly EmulatorGap[];
}

/** `transactions`: items are written one by one. `expiry`: items stay. */
export type EmulatorGap = 'transactions' | 'expiry';

export interface TableAttributeTopology {
  readonly name: string;
  readonly type: 'string' | 'number' | 'binary';
}

export interface TableIndexTopology {
  readonly name: string;
  readonly partitionKey: TableAttributeTopology;
  readonly sortKey?: TableAttributeTopology;
}

/** An engine that answers on this machine in the place of AWS's own, and does less. */
export interface StandInTopology {
  /** As people call it, with its version: `FerretDB 1.24.2`. */
  readonly engine: string;
  /** What it can't do: no promise that takes it counts as kept here. */
  readonly lacks: readonly StandInGap[];
}

/** `roles`: whoever logs in may do everything. `replicas`: one server answers everything. `signatures`: it asks for a password, and not for rights of IAM. */
export type StandInGap = 'roles' | 'replicas' | 'signatures';

/** A store of documents, asked with clients of MongoDB. */
export interface DocumentDbTopology {
  readonly kind: 'documentdb';
  readonly database: string;
  /** By which clients find every server, and who takes writes. Absent where one name leads to all of them. */
  readonly replicaSet?: string;
  /** Takes writes. */
  readonly primary: ServerTopology;
  /** Answer reads, a little behind: on AWS one name for all of them. None of a cluster that shards by itself. */
  readonly replicas: readonly ServerTopology[];
  /** Absent on AWS. */
  readonly standIn?: StandInTopology;
  /** Of servers that somebody else runs, on this machine only. @default - the tier's */
  readonly trust?: GivenTrust;
  readonly secrets: DatabaseSecrets;
}

/** A store of graphs, asked in openCypher over Bolt. Nobody logs in with a password, but to what stands in for Neptune. */
export interface NeptuneTopology {
  readonly kind: 'neptune';
  /** Takes writes. */
  readonly primary: ServerTopology;
  /** Answer reads, a little behind: on AWS one name for all of them. */
  readonly replicas: readonly ServerTopology[];
  /** Who connects signs with rights of IAM, for this region. Absent on this machine. */
  readonly iam?: { readonly region: string };
  /** Absent on AWS. */
  readonly standIn?: StandInTopology;
  /** Of servers that somebody else runs, on this machine only. @default - the tier's */
  readonly trust?: GivenTrust;
  /** With what everybody logs in to an engine that stands in; never there beside `iam`. */
  readonly login?: { readonly secret: string };
}

/** Who logs in how: names under which the secrets source finds `{ username, password }`, and who needs no secret. */
export interface LoginSecrets {
  /** The smoke test's own role. */
  readonly smoke: string;
  /** One a service that uses this store and logs in with a password. */
  readonly services: Readonly<Record<string, string>>;
  /** Services that use this store and log in with tokens of IAM; none of them is in `services`. Absent where there are none. */
  readonly iam?: Readonly<Record<string, IamLogin>>;
}

/** Of a database, which somebody owns. */
export interface DatabaseSecrets extends LoginSecrets {
  /** Owns the database; only provisioning uses it. */
  readonly owner: string;
}

/** A database role, or the user of a cache, that logs in with a token, which whoever may connect as it by IAM signs anew for each connection. */
export interface IamLogin {
  readonly role: string;
  /** Region of the servers, for which the token is signed. */
  readonly region: string;
}

/** `read`: SELECT. `write`: SELECT, INSERT, UPDATE, DELETE. */
export type Access = 'read' | 'write';

export interface ServiceTopology {
  readonly uses: Readonly<Record<string, Access>>;
  /** Most connections of one process to one server, as the tier's capacity was reckoned with. Absent where it is the router's own default. */
  readonly poolMax?: number;
}
