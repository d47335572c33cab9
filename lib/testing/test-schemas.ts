import { PolystoreError } from '../errors';
import { closeClient, openClient, quoteIdentifier, quoteLiteral, type PgClient } from '../postgres';
import { isRelational, type Topology } from '../topology';
import type { TestDatabase } from './connection-string';

/** What a schema of ours says of itself: none that says something else is ever dropped. */
const MARK = 'polystore-router/testing: dropped by the test that made it, or by the next one';

/** Longer names are cut off by PostgreSQL, and so might be the same. */
const LONGEST_NAME = 63;

/** Of a service that is stuck in a transaction: who wants to empty its tables does not wait for ever. */
const LOCK_TIMEOUT = '5s';

/** The schema of a store, or of one of its shards. No name has two underscores in a row, so no two of these are the same. */
export function schemaOf(namespace: string, store: string, shard: string | undefined): string {
  const parts = [namespace, store, ...(shard === undefined ? [] : [shard])];
  return parts.join('__').replaceAll('-', '_');
}

/** The schema that makes a server answer as a replica. */
export const standInSchema = (namespace: string): string => `${namespace}___replica`;

/**
 * What a server is asked of its state, answered as by a replica that has replayed everything. Found before PostgreSQL's own by who puts this schema
 * first.
 */
const STAND_INS = `
  create function pg_is_in_recovery() returns boolean language sql as 'select true';
  create function pg_last_wal_replay_lsn() returns pg_lsn language sql as 'select pg_catalog.pg_current_wal_insert_lsn()';
  create function pg_last_wal_receive_lsn() returns pg_lsn language sql as 'select pg_catalog.pg_current_wal_insert_lsn()';
  create function pg_last_xact_replay_timestamp() returns timestamptz language sql as 'select pg_catalog.clock_timestamp()';
  create view pg_stat_wal_receiver as select 'streaming' as status, null::integer as received_tli;`;

/** The schemas of one test router. While it is open nobody else has the same namespace in the database. Whoever opens it closes it. */
export class TestSchemas {
  private constructor(
    private readonly client: PgClient,
    private readonly namespace: string,
    private readonly schemas: readonly string[],
  ) {}

  /**
   * Makes the schemas, empty; what a run before left behind is dropped.
   * @throws {PolystoreError} NAMESPACE_TAKEN @throws {RangeError} for a name that is too long
   */
  static async make(
    at: TestDatabase,
    namespace: string,
    { stores }: Topology,
    extensions: readonly string[],
  ): Promise<TestSchemas> {
    const schemas = Object.entries(stores).flatMap(([name, store]) => {
      if (!isRelational(store)) return [];
      if (store.kind === 'postgres') return [schemaOf(namespace, name, undefined)];
      return Object.keys(store.shards).map((shard) => schemaOf(namespace, name, shard));
    });
    const long = schemas.find((schema) => schema.length > LONGEST_NAME);
    if (long !== undefined) {
      throw new RangeError(
        `namespace is too long: schema ${long} would have ${long.length} characters, allowed are 63`,
      );
    }
    const { endpoint, ...rest } = at;
    const target = { ...rest, server: { name: 'test', endpoint } };
    const client = await openClient(target, { applicationName: 'polystore-testing' });
    const made = new TestSchemas(client, namespace, schemas);
    try {
      await made.lock();
      await made.dropAll();
      await made.create(extensions);
    } catch (error) {
      await closeClient(client);
      throw error;
    }
    return made;
  }

  /** Empties every table but those named `keep`, and begins every sequence anew. */
  async empty(keep: readonly string[]): Promise<void> {
    const { rows } = await this.client.query<{ tables: string | null }>(
      `select string_agg(format('%I.%I', nspname, relname), ', ') as tables
         from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where relkind in ('r', 'p') and nspname = any ($1) and relname <> all ($2)`,
      [this.schemas, keep],
    );
    const tables = rows[0]?.tables;
    if (tables) await this.client.query(`truncate ${tables} restart identity cascade`);
  }

  /** Drops them. Waits for nobody: the router is closed by then. */
  async close(): Promise<void> {
    try {
      await this.dropAll();
    } finally {
      await closeClient(this.client);
    }
  }

  private async lock(): Promise<void> {
    const { rows } = await this.client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
      [`polystore-router/testing ${this.namespace}`],
    );
    await this.client.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
    if (!rows[0]?.locked) {
      throw taken(this.namespace, 'a test router that is open', 'Close that one first, or give each worker its own');
    }
  }

  private async dropAll(): Promise<void> {
    const { rows } = await this.client.query<{ name: string; mark: string | null }>(
      `select nspname as name, obj_description(oid, 'pg_namespace') as mark from pg_namespace
        where starts_with(nspname, $1)`,
      [`${this.namespace}__`],
    );
    const foreign = rows.find(({ mark }) => mark !== MARK);
    if (foreign) {
      const next = 'Drop that schema if a test made it, or take another name';
      throw taken(this.namespace, `schema "${foreign.name}", which is not a test router's`, next);
    }
    // One after the other: each holds a lock for every table in it until it is done.
    for (const { name } of rows) await this.client.query(`drop schema ${quoteIdentifier(name)} cascade`);
  }

  private async create(extensions: readonly string[]): Promise<void> {
    const standIn = standInSchema(this.namespace);
    const statements = [
      ...extensions.map((name) => `create extension if not exists ${quoteIdentifier(name)} schema public`),
      ...[...this.schemas, standIn].flatMap((name) => [
        `create schema ${quoteIdentifier(name)}`,
        `comment on schema ${quoteIdentifier(name)} is ${quoteLiteral(MARK)}`,
      ]),
      `set local search_path = ${quoteIdentifier(standIn)}, pg_catalog`,
      STAND_INS,
    ];
    await this.client.query(statements.join(';\n'));
  }
}

function taken(namespace: string, by: string, remedy: string): PolystoreError<'NAMESPACE_TAKEN'> {
  return new PolystoreError('NAMESPACE_TAKEN', `namespace "${namespace}" belongs to ${by}`, {
    details: { namespace },
    next: `${remedy}, as in namespace: \`test_\${process.env.JEST_WORKER_ID}\`.`,
  });
}
