import type { InstanceClass, PostgresEngineOffering } from '../../catalog';

/** An empty database. */
export interface Fresh {
  readonly kind: 'fresh';
}

export interface FromSnapshotOptions {
  /** The master user of the database that the snapshot is of: it can't be changed. @default 'polystore_owner', which every store of this kit has */
  readonly owner?: string;
}

/** A database that starts with the data of a snapshot, and is the tier's own from then on. */
export interface FromSnapshot extends FromSnapshotOptions {
  readonly kind: 'snapshot';
  /** The snapshot; it stays in the definition for as long as the store lives. */
  readonly arn: string;
}

export interface ImportedServer {
  /** Name under which its certificate is valid, as in `shop.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com`. */
  readonly host: string;
  /**
   * Its `DBInstanceIdentifier`, as in `shop-1`: CloudWatch knows a server by it alone. Of an Aurora cluster, that of one of its instances.
   * @default - none, and no alarm
   */
  readonly identifier?: string;
  /** Instance class without `db.`: what the alarms of memory and load go by. @default - none, and none of these alarms */
  readonly class?: InstanceClass;
}

export interface ImportedOptions {
  /** The server that takes writes. */
  readonly primary: ImportedServer & {
    /** Port of every server. @default 5432 */
    readonly port?: number;
  };
  /** Read replicas by name. @default - none */
  readonly replicas?: Readonly<Record<string, ImportedServer>>;
  /** `aurora-postgres` where the primary is an Aurora cluster: its replicas are asked for their lag in another way. @default 'postgres' */
  readonly engine?: PostgresEngineOffering;
  /**
   * Secret with `username` and `password` of a role that owns the database, has CREATEROLE and may give `pg_monitor` on: what
   * provisioning logs in with.
   */
  readonly secretArn: string;
  /** Security group of its servers: rules that let the tier's services in are added to it. */
  readonly securityGroupId: string;
  /** `max_connections` of every server, as its owner set it: what the alarm of connections goes by. @default - none, and no such alarm */
  readonly maxConnections?: number;
}

/** A database on RDS or Aurora that the tier routes to, provisions, proves and watches, but does not own. */
export interface Imported extends ImportedOptions {
  readonly kind: 'imported';
}

/** Where a store's first data comes from. */
export type PostgresOrigin = Fresh | FromSnapshot | Imported;

/** Where a shard's first data comes from. */
export type ShardOrigin = Fresh | FromSnapshot;

/** An imported database, every default filled in. */
export interface ImportedDefinition extends Required<Omit<ImportedOptions, 'maxConnections'>> {
  readonly kind: 'imported';
  readonly primary: ImportedOptions['primary'] & { readonly port: number };
  /** Absent where nobody said. */
  readonly maxConnections?: number;
}

/** An empty database: what a store is unless it says otherwise; written where a stage departs from its tier. */
export function fresh(): Fresh {
  return { kind: 'fresh' };
}

/**
 * Starts a database from a snapshot, by its ARN: of a DB instance for `postgres`, of a DB cluster for a shard.
 *
 * The ARN stays in the definition for as long as the store lives: CloudFormation replaces a database by an empty one when it is taken out, and
 * by the snapshot's data when it changes. `polystore guard` refuses both, and a store that exists can't be given one.
 *
 * Storage of a `postgres` store keeps the key of the snapshot, since RDS takes no other when it restores one; copy a snapshot with the key that
 * it is to have. On this machine the store starts empty.
 */
export function fromSnapshot(arn: string, options: FromSnapshotOptions = {}): FromSnapshot {
  return { ...options, kind: 'snapshot', arn };
}

/**
 * A database that is there already and stays its owner's. The kit makes no server, key, backup or parameter for it; it adds rules to its security
 * group, roles to its database, and its place to the topology. On this machine the store runs as an empty one with as many replicas.
 */
export function imported(options: ImportedOptions): Imported {
  return { ...options, kind: 'imported' };
}
