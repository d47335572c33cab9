import { PolystoreError } from '../errors';
import { errorCodeOf, reachPort } from '../postgres';
import type { Credentials } from '../sources/secrets';
import type { Endpoint, GivenTrust } from '../topology';

/** A server that somebody else runs, for a store of a tier on this machine. */
export interface GivenServer {
  readonly store: string;
  readonly endpoint: Endpoint;
  /** With TLS by an authority that the runtime trusts; without on the loopback address only. */
  readonly trust: GivenTrust;
  /** Who may make users there. Absent where the URL names nobody. */
  readonly login?: Credentials;
}

/** The variable of the environment that names the server of a store: `POLYSTORE_URL_CATALOG` for `catalog`. */
export const urlVariable = (store: string): string => `POLYSTORE_URL_${store.replaceAll('-', '_').toUpperCase()}`;

/** The URLs that an environment has for stores, by store. */
export function urlsIn(
  environment: Readonly<Record<string, string | undefined>>,
  stores: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(stores).flatMap((store) => {
      const url = environment[urlVariable(store)] ?? '';
      return url === '' ? [] : [[store, url]];
    }),
  );
}

/** What URLs of a kind look like. */
export interface UrlForm {
  /** Without TLS and with it: `redis`, `rediss`. */
  readonly schemes: Readonly<Record<string, 'plain' | 'tls'>>;
  readonly defaultPort: number;
}

const REACH_MS = 2_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads the URL of one server. What it says of passwords is in no message.
 * @throws {PolystoreError} ENGINE_FAILED where it is of another form, or leads without TLS to another machine
 */
export function parseStoreUrl(store: string, text: string, { schemes, defaultPort }: UrlForm): GivenServer {
  const allowed = Object.keys(schemes).map((scheme) => `${scheme}://`);
  const refuse = (why: string): PolystoreError =>
    givenFailed(store, `${urlVariable(store)} ${why}`, `Write ${allowed[0]}user:password@127.0.0.1:${defaultPort}.`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse('holds no URL of one server');
  }
  const scheme = url.protocol.slice(0, -1);
  const form = schemes[scheme];
  if (form === undefined || url.hostname === '') {
    throw refuse(`is a URL of ${scheme}://, allowed are ${allowed.join(' and ')} with a host`);
  }
  const isSecure = form === 'tls' || ['tls', 'ssl'].some((name) => url.searchParams.get(name) === 'true');
  if (!isSecure && !LOOPBACK.test(url.hostname)) {
    throw refuse('leads to another machine without TLS, on which passwords could be read on the way');
  }
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return {
    store,
    endpoint: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? defaultPort : Number(url.port),
      via: 'direct',
    },
    trust: { kind: isSecure ? 'system' : 'plaintext' },
    ...(password !== '' && { login: { username, password } }),
  };
}

/**
 * Asks a given server something before anything of the tier is started.
 * @throws {PolystoreError} ENGINE_FAILED where it does not answer, or refuses the login
 */
export async function askGiven<T>({ store, endpoint }: GivenServer, ask: () => Promise<T>): Promise<T> {
  try {
    // Clients look for a server again and again.
    await reachPort(endpoint, REACH_MS);
    return await ask();
  } catch (error) {
    const address = `${endpoint.host}:${endpoint.port}`;
    const code = errorCodeOf(error);
    const message = error instanceof Error && !error.message.includes(code) ? `: ${error.message}` : '';
    throw givenFailed(
      store,
      `the server at ${address}, which ${urlVariable(store)} names, can't be used (${code}${message})`,
      `Start it, or unset ${urlVariable(store)}.`,
    );
  }
}

/** A server that was given can't be of use. */
export function givenFailed(store: string, why: string, next: string): PolystoreError<'ENGINE_FAILED'> {
  return new PolystoreError('ENGINE_FAILED', `store "${store}": ${why}`, {
    details: { server: store, log: '' },
    next,
  });
}
