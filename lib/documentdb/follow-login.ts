import type { DocumentClient } from './client';

/** A name and its password. */
export interface DocumentCredentials {
  readonly username: string;
  readonly password: string;
}

/** Who logs in, with a name and a password that may change while the process runs. */
export interface DocumentLogin {
  /** What the next connection logs in with. */
  read(): Promise<DocumentCredentials>;
  /** After a refusal: whether there is something else by now. */
  renew(refused: DocumentCredentials): Promise<boolean>;
}

/** One login of a connection, as MongoDB's client has it. */
interface AuthContext {
  credentials?: DocumentCredentials & { readonly source: string };
  /** What the server answered to the greeting, which begins the login. */
  response?: { readonly speculativeAuthenticate?: unknown };
}

type Greeting = Readonly<Record<string, unknown>>;

interface AuthProvider {
  prepare(greeting: Greeting, context: AuthContext): Promise<Greeting>;
  auth(context: AuthContext): Promise<void>;
  reauth(context: AuthContext): Promise<void>;
}

/** Of a client, what it logs in by: no part of its documented interface, which takes one password for ever. */
interface LogsIn {
  readonly s: {
    readonly authProviders: { getOrCreateProvider(mechanism: string, properties: unknown): AuthProvider };
  };
}

/** Code of an answer that refuses a login. */
const AUTHENTICATION_FAILED = 18;

/** Has each connection that a client makes from now on log in with what the login is by then, and with what it has become where a server refuses that. */
export function followLogin(client: DocumentClient, login: DocumentLogin): void {
  const { authProviders: providers } = (client as unknown as LogsIn).s;
  const providerOf = providers.getOrCreateProvider.bind(providers);
  providers.getOrCreateProvider = (mechanism, properties) => following(providerOf(mechanism, properties), login);
}

function following(provider: AuthProvider, login: DocumentLogin): AuthProvider {
  return {
    async prepare(greeting, context) {
      const { source, username } = take(context, await login.read());
      const asks = 'saslSupportedMechs' in greeting && { saslSupportedMechs: `${source}.${username}` };
      return provider.prepare({ ...greeting, ...asks }, context);
    },
    async auth(context) {
      const refused = context.credentials;
      try {
        await provider.auth(context);
      } catch (error) {
        if (refused === undefined || !isRefusal(error) || !(await login.renew(refused))) throw error;
        take(context, await login.read());
        // A login that was refused is over: another one begins, with a number of its own.
        context.response = { ...context.response, speculativeAuthenticate: undefined };
        await provider.prepare({}, context);
        await provider.auth(context);
      }
    },
    reauth: (context) => provider.reauth(context),
  };
}

function take(
  context: AuthContext,
  { username, password }: DocumentCredentials,
): NonNullable<AuthContext['credentials']> {
  const { credentials } = context;
  if (credentials === undefined) throw new TypeError('the client logs in with nothing');
  // Of the client's own class, whose members can't be changed.
  const own = Object.create(Object.getPrototypeOf(credentials) as object) as typeof credentials;
  return (context.credentials = Object.assign(own, credentials, { username, password }));
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === AUTHENTICATION_FAILED;
