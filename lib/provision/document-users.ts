import { connectDocumentDb, type DocumentDatabase } from '../documentdb';
import type { Credentials, SecretSource } from '../sources';
import { credentialOf, type Access, type DocumentDbTopology, type StoreTrust, type Topology } from '../topology';
import { usesOf } from './target-database';
import type { DatabaseReport, RoleReport } from './provision-report';

/** A store of documents, and what each service may do in it. */
export interface TargetDocuments {
  readonly store: string;
  readonly topology: DocumentDbTopology;
  readonly uses: Readonly<Record<string, Access>>;
}

/** The stores of documents of a tier, in the order of the topology. */
export function documentsOf(topology: Topology): readonly TargetDocuments[] {
  return Object.entries(topology.stores).flatMap(([store, described]) =>
    described.kind === 'documentdb' ? [{ store, topology: described, uses: usesOf(topology, store) }] : [],
  );
}

export interface DocumentUsersOptions {
  readonly secrets: SecretSource;
  readonly trust: StoreTrust;
  /** How long the store may take to answer, in milliseconds. */
  readonly timeoutMs: number;
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

/**
 * Brings the users of a store to what the topology says: one a service with exactly its rights and its password, and the smoke test's. It logs in as
 * the owner. Run again, it changes nothing but passwords, to what they are. A user whose service left keeps its rights until somebody drops it: its
 * password is gone with its secret.
 */
export async function provisionDocuments(
  { store, topology, uses }: TargetDocuments,
  { secrets, trust, timeoutMs }: DocumentUsersOptions,
): Promise<DatabaseReport> {
  const { username, password } = await secrets.read(topology.secrets.owner);
  const wanted = await wantedUsers(topology, uses, secrets);
  const client = await connectDocumentDb(
    {
      endpoint: topology.primary.endpoint,
      replicaSet: topology.replicaSet,
      readsFrom: 'primary',
      credentials: { username, password },
      trust,
    },
    { appName: 'polystore-provision', connectTimeoutMs: timeoutMs, operationTimeoutMs: timeoutMs },
  );
  try {
    const admin = client.db('admin');
    const roles: RoleReport[] = [];
    // One after another: each is a user of the whole cluster.
    for (const user of wanted) roles.push(await provisionUser(admin, user));
    const { database, primary } = topology;
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
  const { users } = (await admin.command({ usersInfo: username })) as {
    readonly users: readonly { readonly roles?: readonly DocumentRole[] }[];
  };
  const [found] = users;
  const common = { role: username, ...report, relationsChanged: 0, leftAlone: [] };
  if (found === undefined) {
    await admin.command({ createUser: username, pwd: password, roles });
    return { ...common, outcome: 'created' };
  }
  await admin.command({ updateUser: username, pwd: password, roles });
  const namesOf = (held: readonly DocumentRole[]): string => held.map(({ role, db }) => `${db}.${role}`).join();
  const isSame = namesOf(found.roles ?? []) === namesOf(roles);
  return { ...common, outcome: isSame ? 'confirmed' : 'changed' };
}
