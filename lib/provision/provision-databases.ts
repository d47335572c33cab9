import { isPolystoreError, PolystoreError } from '../errors';
import { errorCodeOf, errorGroupOf, withClient, type PgClient } from '../postgres';
import type { Credentials, SecretSource, TokenSource } from '../sources';
import { credentialOf, type Topology } from '../topology';
import { createBucketFunction } from './bucket-function';
import { closeToPublic } from './database-access';
import { createMisplacedRows, createPlacedKeys } from './misplaced-rows';
import { recordOwnedBuckets } from './owned-buckets';
import { ownerLogin } from './owner-login';
import type { DatabaseReport, RoleReport } from './provision-report';
import { messageOf, PROVISION_TIMEOUT_MS, type ProvisionTarget } from './provision-targets';
import { isPortablePassword } from './scram-verifier';
import { provisionServiceRoles, type ServiceRole } from './service-roles';
import { checkIdentity, writeIdentity } from './shard-identity';
import { provisionSmokeRole, type SmokeRole } from './smoke-role';
import { targetDatabasesOf, type ReadablePlacement, type TargetDatabase } from './target-database';

export interface DatabaseTargetsOptions {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  /** The placement of a sharded store, which must have been seeded. */
  readonly placementOf: (store: string) => ReadablePlacement;
  /** Who signs tokens, where services log in by IAM and the owner may have to as well. @default - nobody: the owner logs in with its password */
  readonly tokens?: TokenSource;
  /** How long a database may take to answer, in milliseconds; what it is doing counts by statement. @default 30000 */
  readonly timeoutMs?: number;
}

/** One provisioning at a time in a database; the number is the kit's own, picked at random. */
const LOCK = 'select pg_advisory_xact_lock(7305812264907)';

/**
 * The relational databases of a tier, each to be brought to what the topology says: closed to PUBLIC, a role a service with exactly its rights, the
 * smoke role and its schema, the database's identity and, where the store is sharded, the bucket function.
 *
 * It logs in as each store's owner role, which need not be a superuser: it must own the database, have CREATEROLE and may give `pg_monitor` on.
 * Each database is one transaction: done whole or not at all. Run again it changes only what differs; two at once wait for each other.
 *
 * @throws {PolystoreError} SHARD_OWNS_BUCKETS, DOCUMENT_MISSING or DOCUMENT_INVALID before anything is done
 */
export async function databaseTargets(options: DatabaseTargetsOptions): Promise<readonly ProvisionTarget[]> {
  const databases = await targetDatabasesOf(options.topology, options.placementOf);
  return databases.map((target) => ({ name: nameOf(target), provision: () => provisionDatabase(target, options) }));
}

async function provisionDatabase(
  target: TargetDatabase,
  { topology: { trust }, secrets, tokens, timeoutMs = PROVISION_TIMEOUT_MS }: DatabaseTargetsOptions,
): Promise<DatabaseReport> {
  const roles = await rolesOf(target, secrets);
  const credentials = ownerLogin(target, await secrets.read(target.secrets.owner), tokens);
  const { primary: server, database } = target;
  try {
    return await withClient(
      { server, database, credentials, trust },
      (client) => provisionInTransaction(client, target, roles),
      { timeoutMs, applicationName: 'polystore-provision' },
    );
  } catch (error) {
    throw failureOf(target, error);
  }
}

interface Roles {
  readonly smoke: SmokeRole;
  readonly services: readonly ServiceRole[];
}

async function rolesOf(target: TargetDatabase, secrets: SecretSource): Promise<Roles> {
  const smoke = await credentialsOf(target, secrets, target.secrets.smoke);
  const services = await Promise.all(
    Object.entries(target.uses).map(async ([service, access]): Promise<ServiceRole> => {
      const credential = credentialOf(target.secrets, service);
      if (credential === undefined) {
        throw new PolystoreError(
          'DOCUMENT_INVALID',
          `${nameOf(target)}: the topology does not say how service "${service}" logs in`,
          {
            details: { document: 'topology' },
            next: 'Deploy the access stack of the tier, or start the tier again.',
          },
        );
      }
      if (credential.kind === 'iam') return { service, access, role: credential.role, login: { kind: 'iam' } };
      const { username, password } = await credentialsOf(target, secrets, credential.secret);
      return { service, access, role: username, login: { kind: 'secret', password } };
    }),
  );
  const keyType = target.placed?.placement.keyType;
  return {
    smoke: { role: smoke.username, password: smoke.password, ...(keyType && { keyType }) },
    services,
  };
}

async function credentialsOf(target: TargetDatabase, secrets: SecretSource, name: string): Promise<Credentials> {
  const credentials = await secrets.read(name);
  if (isPortablePassword(credentials.password)) return credentials;
  throw new PolystoreError(
    'DOCUMENT_INVALID',
    `${nameOf(target)}: the password in secret ${name} must be printable ASCII`,
    {
      details: { document: 'secret', source: name },
      next: 'Rotate the secret to a password of printable ASCII characters.',
    },
  );
}

async function provisionInTransaction(client: PgClient, target: TargetDatabase, roles: Roles): Promise<DatabaseReport> {
  const { store, shard, primary, database, placed } = target;
  await client.query('begin');
  await client.query(LOCK);
  const identity = await checkIdentity(client, target);
  await closeToPublic(client, database);
  await writeIdentity(client, target);
  const reports: RoleReport[] = [
    await provisionSmokeRole(client, database, roles.smoke),
    ...(await provisionServiceRoles(client, { database, smokeRole: roles.smoke.role }, roles.services)),
  ];
  if (placed && shard !== undefined) {
    await createBucketFunction(client, placed);
    if (placed.placement.strategy.type === 'directory') await createPlacedKeys(client, placed, roles.smoke.role);
    else await createMisplacedRows(client, placed, roles.smoke.role);
    await recordOwnedBuckets(client, shard, placed, roles.smoke.role);
  }
  await client.query('commit');
  return { store, ...(shard !== undefined && { shard }), server: primary.name, database, identity, roles: reports };
}

const nameOf = ({ store, shard }: TargetDatabase): string => (shard === undefined ? store : `${store}/${shard}`);

/** The error of one database; nothing of its transaction stands. */
function failureOf(target: TargetDatabase, cause: unknown): PolystoreError {
  if (isPolystoreError(cause)) return cause;
  const database = nameOf(target);
  const { store, primary } = target;
  const where = { store, server: primary.name };
  const group = errorGroupOf(cause);
  if (group === 'unavailable') {
    return new PolystoreError(
      'SERVER_UNAVAILABLE',
      `${database}: ${primary.name} does not answer: ${errorCodeOf(cause)}`,
      {
        details: { ...where, sent: true },
        retryable: true,
        next: 'Provision again once the server answers: it is safe to repeat.',
        cause,
      },
    );
  }
  if (group === 'readOnly') {
    return new PolystoreError('PRIMARY_DEMOTED', `${database}: ${primary.name} is in recovery, it is no primary`, {
      details: where,
      next: 'Correct the topology: it names a replica as the primary.',
      cause,
    });
  }
  return new PolystoreError('PROVISION_FAILED', `${database}: ${messageOf(cause)}`, {
    details: { databases: [database] },
    next: 'Nothing was changed in this database; provision again once the cause is gone.',
    cause,
  });
}
