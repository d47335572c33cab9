import { connectDocumentDb, type DocumentDatabase } from '../documentdb';
import { isPolystoreError, PolystoreError } from '../errors';
import type { Credentials, SecretSource } from '../sources';
import {
  credentialOf,
  otherDocumentUser,
  trustOf,
  type Access,
  type DocumentDbTopology,
  type Topology,
} from '../topology';
import type { DatabaseReport, RoleReport } from './provision-report';
import { messageOf, PROVISION_TIMEOUT_MS, type ProvisionTarget } from './provision-targets';
import { usesOf } from './target-database';

export interface DocumentTargetsOptions {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  /** How long a store may take to answer, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

/** The stores of documents of a tier, in the order of the topology, each to get the users that the topology says. */
export function documentTargets(options: DocumentTargetsOptions): readonly ProvisionTarget[] {
  return Object.entries(options.topology.stores).flatMap(([name, store]) =>
    store.kind === 'documentdb' ? [{ name, provision: () => provisionDocuments(name, store, options) }] : [],
  );
}

/** The database that the smoke test writes to, and to no other. */
const SMOKE_DATABASE = 'polystore_smoke';

const ROLE_OF = { read: 'read', write: 'readWrite' } as const satisfies Record<Access, string>;

interface DocumentRole {
  readonly role: string;
  readonly db: string;
}

/** A user as it should be. */
interface WantedUser {
  readonly credentials: Credentials;
  /** None where the engine has no roles: who has a name may do everything there. */
  readonly roles: readonly DocumentRole[];
  readonly report: Pick<RoleReport, 'service' | 'access'>;
}

/** @throws {PolystoreError} PROVISION_FAILED where the store refuses */
async function provisionDocuments(
  store: string,
  topology: DocumentDbTopology,
  options: DocumentTargetsOptions,
): Promise<DatabaseReport> {
  try {
    return await provisionUsers(store, topology, options);
  } catch (error) {
    if (isPolystoreError(error)) throw error;
    throw new PolystoreError('PROVISION_FAILED', `${store}: ${messageOf(error)}`, {
      details: { databases: [store] },
      next: 'Users that were made stay; provision again once the cause is gone: it is safe to repeat.',
      cause: error,
    });
  }
}

/**
 * Brings the users of a store to what the topology says: one a service with exactly its rights and its password, and the smoke test's. It logs in as
 * the owner. Run again, it changes nothing but passwords, to what they are. A user whose service left keeps its rights until somebody drops it: its
 * password is gone with its secret.
 */
async function provisionUsers(
  store: string,
  described: DocumentDbTopology,
  { topology, secrets, timeoutMs = PROVISION_TIMEOUT_MS }: DocumentTargetsOptions,
): Promise<DatabaseReport> {
  const { database, primary, replicaSet } = described;
  const { username, password } = await secrets.read(described.secrets.owner);
  const wanted = await wantedUsers(described, usesOf(topology, store), secrets);
  const client = await connectDocumentDb(
    {
      endpoint: primary.endpoint,
      replicaSet,
      readsFrom: 'primary',
      credentials: { username, password },
      trust: trustOf(topology, described),
    },
    { appName: 'polystore-provision', connectTimeoutMs: timeoutMs, operationTimeoutMs: timeoutMs },
  );
  try {
    const admin = client.db('admin');
    const roles: RoleReport[] = [];
    // One after another: each is a user of the whole cluster.
    for (const user of wanted) roles.push(await provisionUser(admin, user));
    const isNew = roles.every(({ outcome }) => outcome === 'created');
    return { store, server: primary.name, database, identity: isNew ? 'created' : 'confirmed', roles };
  } finally {
    await client.close();
  }
}

async function wantedUsers(
  { database, standIn, secrets: names }: DocumentDbTopology,
  uses: Readonly<Record<string, Access>>,
  secrets: SecretSource,
): Promise<readonly WantedUser[]> {
  const rolesFor = (role: DocumentRole): readonly DocumentRole[] => (standIn?.lacks.includes('roles') ? [] : [role]);
  const smoke: WantedUser = {
    credentials: await secrets.read(names.smoke),
    roles: rolesFor({ role: ROLE_OF.write, db: SMOKE_DATABASE }),
    report: { access: 'smoke' },
  };
  const services = await Promise.all(
    Object.entries(uses).map(async ([service, access]): Promise<readonly WantedUser[]> => {
      const credential = credentialOf(names, service);
      if (credential?.kind !== 'secret') return [];
      const credentials = await secrets.read(credential.secret);
      return [{ credentials, roles: rolesFor({ role: ROLE_OF[access], db: database }), report: { service, access } }];
    }),
  );
  return [smoke, ...services.flat()];
}

async function provisionUser(
  admin: DocumentDatabase,
  { credentials: { username, password }, roles, report }: WantedUser,
): Promise<RoleReport> {
  const found = await userCalled(admin, username);
  const common = { role: username, ...report, relationsChanged: 0, leftAlone: [] };
  if (found === undefined) {
    await admin.command({ createUser: username, pwd: password, roles });
    return { ...common, outcome: 'created' };
  }
  await admin.command({ updateUser: username, pwd: password, roles });
  // Whoever has logged in as the other one, before the last rotation, has the rights of now too.
  const other = otherDocumentUser(username);
  const former = await userCalled(admin, other);
  if (former !== undefined && !hasRoles(former, roles)) await admin.command({ updateUser: other, roles });
  return { ...common, outcome: hasRoles(found, roles) ? 'confirmed' : 'changed' };
}

interface KnownUser {
  readonly roles?: readonly DocumentRole[];
}

async function userCalled(admin: DocumentDatabase, name: string): Promise<KnownUser | undefined> {
  const { users } = (await admin.command({ usersInfo: name })) as { readonly users: readonly KnownUser[] };
  return users[0];
}

function hasRoles({ roles: held = [] }: KnownUser, roles: readonly DocumentRole[]): boolean {
  const namesOf = (of: readonly DocumentRole[]): string => of.map(({ role, db }) => `${db}.${role}`).join();
  return namesOf(held) === namesOf(roles);
}
