import { PolystoreError } from '../errors';
import type { Queryable } from '../postgres';
import type { TargetDatabase } from './target-database';

/** Which part of which tier a database is, in its own words. */
export interface ShardIdentity {
  readonly tier: string;
  readonly stage: string;
  readonly store: string;
  /** `null` for a store that isn't sharded. */
  readonly shard: string | null;
}

const CREATE_TABLE = `
  create table if not exists polystore.identity (
    only_row boolean primary key default true check (only_row),
    tier text not null,
    stage text not null,
    store text not null,
    shard text
  )`;

/** What a database must say of itself. */
export const identityOf = ({ tier, stage, store, shard }: TargetDatabase): ShardIdentity => ({
  tier,
  stage,
  store,
  shard: shard ?? null,
});

/** An identity in words, for messages: `blog/dev posts/s0`. */
export const identityText = ({ tier, stage, store, shard }: ShardIdentity): string =>
  `${tier}/${stage} ${store}${shard === null ? '' : `/${shard}`}`;

/** What the database says of itself; `undefined` where it was never provisioned. */
export async function readIdentity(client: Queryable): Promise<ShardIdentity | undefined> {
  const { rows: found } = await client.query(
    `select from pg_catalog.pg_class where oid = to_regclass('polystore.identity')`,
  );
  if (found.length === 0) return undefined;
  const { rows } = await client.query<ShardIdentity & Record<string, unknown>>(
    'select tier, stage, store, shard from polystore.identity',
  );
  return rows[0];
}

/**
 * Refuses a database that says it is another one; nothing is written before this.
 * @throws {PolystoreError} IDENTITY_CONFLICT
 */
export async function checkIdentity(client: Queryable, target: TargetDatabase): Promise<'created' | 'confirmed'> {
  const expected = identityOf(target);
  const found = await readIdentity(client);
  if (found === undefined) return 'created';
  if (identityText(found) === identityText(expected)) return 'confirmed';
  const { host, port } = target.primary.endpoint;
  throw new PolystoreError(
    'IDENTITY_CONFLICT',
    `database "${target.database}" at ${host}:${port} says that it is ${identityText(found)}, the topology says ${identityText(expected)}`,
    {
      details: { expected: identityText(expected), found: identityText(found) },
      next:
        'Nothing was changed. Correct the topology; if the database is meant to become another one ' +
        '(a restored copy), its owner updates the row in polystore.identity first.',
    },
  );
}

/** Writes the identity of a database that {@link checkIdentity} let pass. */
export async function writeIdentity(client: Queryable, target: TargetDatabase): Promise<void> {
  const { tier, stage, store, shard } = identityOf(target);
  await client.query('create schema if not exists polystore');
  await client.query(CREATE_TABLE);
  await client.query(
    `insert into polystore.identity (tier, stage, store, shard) values ($1, $2, $3, $4) on conflict (only_row) do nothing`,
    [tier, stage, store, shard],
  );
}
