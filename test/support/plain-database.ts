import { randomUUID } from 'node:crypto';
import { quoteIdentifier, quoteLiteral, withClient, type PgClient } from '../../lib/postgres';
import type { Access, ServerTopology, Topology, Trust } from '../../lib/topology';
import type { Credentials } from '../../lib/sources';
import type { TestTier } from './local-servers';
import { hash, seedShardMap, type Placement } from '../../lib/placement';
import type { ReadablePlacement } from '../../lib/provision';

/** A server on which a test may make databases and roles. */
export interface AdminServer {
  readonly server: ServerTopology;
  readonly trust: Trust;
  readonly admin: Credentials;
  readonly logFile: string;
}

/** The primary of store `main` of a test tier, with its superuser. */
export async function adminServerOf(tier: TestTier): Promise<AdminServer> {
  const { server, trust, credentials: admin } = await tier.superuser('main/primary');
  const found = tier.servers().find(({ label }) => label === 'main/primary');
  if (!found) throw new Error('the tier has no main/primary');
  return { server, trust, admin, logFile: found.log };
}

/**
 * A database that nobody has provisioned, owned by a role with what RDS gives its master user and no more: it is no superuser.
 * Its roles are named after the database, so that many stand on one server.
 */
export class PlainDatabase {
  readonly secrets = new Map<string, Credentials>();

  private constructor(
    readonly name: string,
    private readonly on: AdminServer,
  ) {}

  static async create(on: AdminServer): Promise<PlainDatabase> {
    const database = new PlainDatabase(`db_${randomUUID().slice(0, 8)}`, on);
    const owner = database.addSecret('owner');
    const role = quoteIdentifier(owner.username);
    await database.asAdmin('postgres', async (client) => {
      await client.query(`create role ${role} login createrole createdb password ${quoteLiteral(owner.password)}`);
      await client.query(`grant pg_monitor to ${role} with admin option`);
      await client.query(`create database ${quoteIdentifier(database.name)} owner ${role}`);
    });
    return database;
  }

  /** The role that a secret of this database logs in with. */
  role(secret: string): string {
    return `${this.name}_${secret}`;
  }

  addSecret(secret: string): Credentials {
    const credentials = { username: this.role(secret), password: `pw-${secret}-${randomUUID()}` };
    this.secrets.set(secret, credentials);
    return credentials;
  }

  /** A topology of this one store, `main`, with a secret for each service. */
  topology(uses: Readonly<Record<string, Access>>): Topology {
    return {
      version: 1,
      tier: 'blog',
      stage: 'test',
      world: 'local',
      trust: this.on.trust,
      stores: {
        main: {
          kind: 'postgres',
          engine: 'postgres',
          database: this.name,
          primary: this.on.server,
          replicas: [],
          secrets: this.databaseSecrets(uses),
        },
      },
      services: Object.fromEntries(
        Object.entries(uses).map(([service, access]) => [service, { uses: { main: access } }]),
      ),
    };
  }

  /** A topology of this database as the only shard, `s0`, of store `posts`. */
  shardedTopology(uses: Readonly<Record<string, Access>>, type: 'bigint' | 'text' | 'uuid' = 'bigint'): Topology {
    return {
      ...this.topology({}),
      stores: {
        posts: {
          kind: 'shardedPostgres',
          engine: 'postgres',
          database: this.name,
          shardKey: { column: 'user_id', type },
          shards: { s0: { primary: this.on.server, replicas: [], secrets: this.databaseSecrets(uses) } },
          placement: { kind: 'directory', path: '/nowhere' },
        },
      },
      services: Object.fromEntries(
        Object.entries(uses).map(([service, access]) => [service, { uses: { posts: access } }]),
      ),
    };
  }

  readonly secretSource = {
    read: (name: string): Promise<Credentials> => {
      const found = this.secrets.get(name);
      return found ? Promise.resolve(found) : Promise.reject(new Error(`no secret ${name}`));
    },
  };

  as<T>(secret: string, work: (client: PgClient) => Promise<T>): Promise<T> {
    const credentials = this.secrets.get(secret) ?? this.addSecret(secret);
    return withClient({ server: this.on.server, database: this.name, credentials, trust: this.on.trust }, work);
  }

  asAdmin<T>(database: string, work: (client: PgClient) => Promise<T>): Promise<T> {
    return withClient({ server: this.on.server, database, credentials: this.on.admin, trust: this.on.trust }, work);
  }

  private databaseSecrets(uses: Readonly<Record<string, Access>>) {
    for (const secret of ['smoke', ...Object.keys(uses)]) if (!this.secrets.has(secret)) this.addSecret(secret);
    return {
      owner: 'owner',
      smoke: 'smoke',
      services: Object.fromEntries(Object.keys(uses).map((service) => [service, service])),
    };
  }
}

/** A placement that gives all buckets to the shards alike. */
export function placementOfShards(
  store: string,
  shards: readonly string[],
  keyType: Placement['keyType'] = 'bigint',
): Placement {
  const shardMap = seedShardMap(shards.map((name) => ({ name, weight: 1 })));
  return { version: 1, store, keyType, strategy: hash(), shardMap };
}

export const readable = (placement: Placement): ReadablePlacement => ({ read: () => Promise.resolve(placement) });
