import { connectDocumentDb, type DocumentConnection, type DocumentDatabase } from '../documentdb';
import type { Credentials } from '../sources/secrets';
import { otherDocumentUser } from '../topology';
import { newPassword } from './new-password';
import type { RotatedLogin } from './rotate-secret';
import type { SecretValue } from './secret-versions';

export interface DocumentLoginOptions {
  /** The server that takes writes, as its topology has it. */
  readonly server: Pick<DocumentConnection, 'endpoint' | 'replicaSet' | 'trust'>;
  /** How long a connection may take, and an answer, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
}

interface Change {
  readonly current: SecretValue;
  readonly pending: SecretValue;
}

/** Code of an answer that refuses a login. */
const AUTHENTICATION_FAILED = 18;

abstract class DocumentLogin implements RotatedLogin {
  constructor(private readonly options: DocumentLoginOptions) {}

  abstract next(current: SecretValue): SecretValue;
  abstract set(change: Change): Promise<void>;

  async accepts(login: SecretValue): Promise<boolean> {
    try {
      // Whoever is asked this answers it to anybody: that there is an answer shows that the connection has logged in.
      await this.as(login, (admin) => admin.command({ ping: 1 }));
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === AUTHENTICATION_FAILED) return false;
      throw error;
    }
  }

  protected async as<T>(
    { username, password }: Credentials,
    work: (admin: DocumentDatabase) => Promise<T>,
  ): Promise<T> {
    const { server, timeoutMs = 10_000 } = this.options;
    const client = await connectDocumentDb(
      { ...server, readsFrom: 'primary', credentials: { username, password } },
      { appName: 'polystore-rotate', connectTimeoutMs: timeoutMs, operationTimeoutMs: timeoutMs },
    );
    try {
      return await work(client.db('admin'));
    } finally {
      await client.close();
    }
  }
}

/** The login of a service: two users in turn, so that nobody is refused at any moment. The other one gets the rights that the current one has. */
export class DocumentUserLogin extends DocumentLogin {
  /** `owner`: what whoever makes users logs in with, by now. */
  constructor(
    options: DocumentLoginOptions,
    private readonly owner: () => Promise<Credentials>,
  ) {
    super(options);
  }

  next(current: SecretValue): SecretValue {
    return { ...current, username: otherDocumentUser(current.username), password: newPassword() };
  }

  async set({ current, pending }: Change): Promise<void> {
    await this.as(await this.owner(), async (admin) => {
      const [from] = await usersCalled(admin, current.username);
      if (from === undefined) throw new Error(`user ${current.username} is not there: provision the store first`);
      const roles = (from.roles ?? []).map(({ role, db }) => ({ role, db }));
      const [known] = await usersCalled(admin, pending.username);
      const verb = known === undefined ? 'createUser' : 'updateUser';
      await admin.command({ [verb]: pending.username, pwd: pending.password, roles });
    });
  }
}

/** The login of whoever owns the databases, who changes his own password. Until the last step nobody else can log in as him, and nobody does but the kit. */
export class DocumentOwnerLogin extends DocumentLogin {
  next(current: SecretValue): SecretValue {
    return { ...current, password: newPassword() };
  }

  async set({ current, pending }: Change): Promise<void> {
    if (await this.accepts(pending)) return;
    await this.as(current, (admin) => admin.command({ updateUser: current.username, pwd: pending.password }));
  }
}

interface KnownUser {
  readonly roles?: readonly { readonly role: string; readonly db: string }[];
}

async function usersCalled(admin: DocumentDatabase, name: string): Promise<readonly KnownUser[]> {
  const { users } = (await admin.command({ usersInfo: name })) as { readonly users: readonly KnownUser[] };
  return users;
}
