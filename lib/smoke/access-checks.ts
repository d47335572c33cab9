import { errorCodeOf, errorGroupOf, type PgClient } from '../postgres';
import { inParallel } from '../provision/in-parallel';
import { usesOf } from '../provision/target-database';
import {
  credentialOf,
  isRelational,
  type Access,
  type LoginSecrets,
  type RelationalTopology,
  type Topology,
} from '../topology';
import { SmokeFailure, SmokeSkip, type Check, type Evidence } from './check';
import type { ClusterUnderTest } from './cluster-under-test';
import { listNames } from './list-names';

/** Databases of a store asked at once. */
const AT_ONCE = 8;

/** Who may reach a store is exactly the services table: each service that is in it holds its rights, all others are refused. */
export function accessChecks(
  store: string,
  clusters: readonly ClusterUnderTest[],
  topology: Topology,
): readonly Check[] {
  const uses = usesOf(topology, store);
  return [
    ...clusters.map((cluster) => refusesStrangers(cluster, topology)),
    ...Object.entries(uses).map(([service, access]) => ({
      ...holdsRights(store, clusters, service, access),
      unaffected: (passed: ReadonlySet<string>) => servicesThatGoOn(store, Object.keys(uses), passed),
    })),
  ];
}

function servicesThatGoOn(store: string, services: readonly string[], passed: ReadonlySet<string>): string | undefined {
  const well = services.filter((service) => passed.has(`${store} as ${service} holds-rights`));
  return well.length === 0 ? undefined : `${well.length === 1 ? 'service' : 'services'} ${listNames(well)}`;
}

/**
 * Every role that may log in and connect, other than the owner of the database, superusers, and what RDS keeps for itself. `$1`: the
 * roles that belong here; `$2`: LIKE pattern of the platform's own roles.
 */
const STRANGERS = `
  select rolname as role
    from pg_roles r
   where rolcanlogin and not rolsuper
     and has_database_privilege(r.oid, current_database(), 'CONNECT')
     and r.oid <> (select datdba from pg_database where datname = current_database())
     and rolname <> all ($1) and rolname not like $2
   union all
  select 'PUBLIC' where has_database_privilege('public', current_database(), 'CONNECT')
   order by role`;

const PLATFORM_ROLES: Readonly<Record<Topology['world'], string>> = { aws: 'rds%', local: '' };

function refusesStrangers(cluster: ClusterUnderTest, topology: Topology): Check {
  const { tier, store, label, primary, secrets } = cluster;
  return {
    name: 'refuses-strangers',
    store,
    subject: label,
    promise: 'Only the services that use the store may connect to it.',
    run: async () => {
      await primary.requireAnswer();
      const bySecret = await Promise.all(
        [secrets.smoke, ...Object.values(secrets.services)].map(
          async (name) => (await tier.secrets.read(name)).username,
        ),
      );
      const expected = [...bySecret, ...Object.values(secrets.iam ?? {}).map(({ role }) => role)];
      const { rows } = await primary.asSmoke((client) =>
        client.query<{ role: string }>(STRANGERS, [expected, PLATFORM_ROLES[topology.world]]),
      );
      const strangers = rows.map(({ role }) => role);
      if (strangers.length > 0) {
        throw new SmokeFailure(`CONNECT is granted to ${strangers.join(', ')}, which has no business here`, {
          evidence: { strangers },
        });
      }
      const refusedWith = await refusals(cluster, topology);
      return { mayConnect: expected, refusedWith };
    },
  };
}

/** Each service that doesn't use the store tries to log in with what it has for another database; the SQLSTATE of each refusal. */
async function refusals(cluster: ClusterUnderTest, topology: Topology): Promise<Readonly<Record<string, string>>> {
  const uses = usesOf(topology, cluster.store);
  const refused: Record<string, string> = {};
  for (const service of Object.keys(topology.services).filter((name) => uses[name] === undefined)) {
    const secret = secretOf(service, topology);
    if (secret === undefined) continue;
    try {
      await cluster.primary.as({ kind: 'secret', secret }, () => Promise.resolve());
    } catch (error) {
      const group = errorGroupOf(error);
      if (group !== 'authentication' && group !== 'privilege') throw error;
      refused[service] = errorCodeOf(error);
      continue;
    }
    throw new SmokeFailure(`service ${service} logged in, which has no business here`, {
      evidence: { strangers: [service] },
    });
  }
  return refused;
}

/**
 * Any secret that a service has for a database; undefined for one that uses none, or has none. What has no secret tries nothing: who may log in is
 * asked of the database itself, and IAM gives tokens for the stores that a service uses only, so that a refusal would prove nothing of this one.
 */
function secretOf(service: string, topology: Topology): string | undefined {
  return Object.values(topology.stores)
    .filter(isRelational)
    .flatMap(secretsOf)
    .map(({ services }) => services[service])
    .find((secret) => secret !== undefined);
}

const secretsOf = (store: RelationalTopology): readonly LoginSecrets[] =>
  store.kind === 'shardedPostgres' ? Object.values(store.shards).map(({ secrets }) => secrets) : [store.secrets];

/** What a role may do too much or too little with users' tables: an extension's own left out. `$1`: privileges that it must have, `$2`: must not. */
const RIGHTS = `
  select format('%I.%I', n.nspname, c.relname) as relation,
         c.relowner = (select datdba from pg_database where datname = current_database()) as is_owners,
         array(select p from unnest($1::text[]) p where not has_table_privilege(c.oid, p)) as lacking,
         array(select p from unnest($2::text[]) p where has_table_privilege(c.oid, p)
                or p in ('INSERT', 'UPDATE') and has_any_column_privilege(c.oid, p)) as surplus
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

const MUST: Readonly<Record<Access, readonly string[]>> = {
  read: ['SELECT'],
  write: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};
const MUST_NOT: Readonly<Record<Access, readonly string[]>> = {
  read: ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'],
  write: ['TRUNCATE'],
};

function holdsRights(store: string, clusters: readonly ClusterUnderTest[], service: string, access: Access): Check {
  return {
    name: 'holds-rights',
    store,
    subject: `${store} as ${service}`,
    promise: `Service ${service} logs in and may ${access}, no less and no more.`,
    run: async () => {
      const results = await inParallel(clusters, AT_ONCE, (cluster) => rightsOn(cluster, service, access));
      const skips: string[] = [];
      let tables = 0;
      for (const [index, result] of results.entries()) {
        if (result.status === 'fulfilled') tables += result.value;
        else if (result.reason instanceof SmokeSkip) skips.push(clusters[index]?.label ?? '');
        else throw result.reason;
      }
      // What is tried is a table of the smoke test, on which it has the same rights: users may have none yet.
      const evidence: Evidence = { access, databases: clusters.length - skips.length, triedOn: RIGHTS_TABLE, tables };
      if (skips.length > 0) {
        const held = clusters.length - skips.length;
        const others = held === 0 ? '' : `; held on the other ${held === 1 ? 'database' : `${held} databases`}`;
        throw new SmokeSkip(`${listNames(skips)}: no answer${others}`);
      }
      return evidence;
    },
  };
}

/** Tries a service's rights in one database; returns how many of users' tables were looked at. */
async function rightsOn(cluster: ClusterUnderTest, service: string, access: Access): Promise<number> {
  const { label, primary, secrets } = cluster;
  await primary.requireWritable();
  const credential = credentialOf(secrets, service);
  if (credential === undefined) throw new SmokeFailure(`${label}: the topology does not say how the service logs in`);
  try {
    return await primary.as(credential, async (client) => {
      await tryWrite(client, access, label);
      return lookAtTables(client, access, label);
    });
  } catch (error) {
    if (errorGroupOf(error) !== 'authentication') throw error;
    const why = credential.kind === 'secret' ? 'its secret and its role disagree' : 'the server took no token of IAM';
    throw new SmokeFailure(`${label}: login refused (${errorCodeOf(error)}): ${why}`);
  }
}

const RIGHTS_TABLE = 'polystore_smoke.rights';

/** A real INSERT, rolled back, into a smoke table on which the service has the same rights as on users' tables. */
async function tryWrite(client: PgClient, access: Access, label: string): Promise<void> {
  await client.query(`select from ${RIGHTS_TABLE} limit 1`);
  await client.query('begin');
  let refused = '';
  try {
    await client.query(`insert into ${RIGHTS_TABLE} (id) values (gen_random_uuid())`);
  } catch (error) {
    if (errorGroupOf(error) !== 'privilege') throw error;
    refused = errorCodeOf(error);
  } finally {
    await client.query('rollback');
  }
  if (access === 'read' && refused === '')
    throw new SmokeFailure(`${label}: INSERT was taken (rolled back), it may only read`);
  if (access === 'write' && refused !== '')
    throw new SmokeFailure(`${label}: INSERT was refused (${refused}), it may write`);
}

async function lookAtTables(client: PgClient, access: Access, label: string): Promise<number> {
  const { rows } = await client.query<{
    relation: string;
    is_owners: boolean;
    lacking: string[];
    surplus: string[];
  }>(RIGHTS, [MUST[access], MUST_NOT[access]]);
  for (const { relation, is_owners: isOwners, lacking, surplus } of rows) {
    if (surplus.length > 0) throw new SmokeFailure(`${label}: it may ${surplus.join(', ')} on ${relation}`);
    // The owner role can't grant on what belongs to somebody else.
    if (isOwners && lacking.length > 0)
      throw new SmokeFailure(`${label}: it may not ${lacking.join(', ')} on ${relation}`);
  }
  const { rows: schema } = await client.query<{ creates: boolean }>(
    `select has_schema_privilege('public', 'CREATE') as creates`,
  );
  if (schema[0]?.creates) throw new SmokeFailure(`${label}: it may create tables in schema public`);
  return rows.length;
}
