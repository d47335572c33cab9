import { createHash } from 'node:crypto';
import type { ValkeyDefinition } from '../definition';
import type { Credentials } from '../sources/secrets';
import type { StoreTopology } from '../topology';
import { connectValkey, type ValkeyClient } from '../valkey';
import type { PlannedStore } from './other-engines';
import { askGiven, givenFailed, parseStoreUrl, urlVariable, type GivenServer, type UrlForm } from './store-url';
import { loginsOf, type CacheUser } from './valkey-store';

const FORM: UrlForm = {
  schemes: { valkey: 'plain', valkeys: 'tls', redis: 'plain', rediss: 'tls' },
  defaultPort: 6379,
};
const TIMEOUT_MS = 2_000;

/**
 * How a store of kind `valkey` runs on a server that somebody else runs: users of the tier are made there by whom the URL names, in memory only, and
 * stay until that server ends.
 * @throws {PolystoreError} ENGINE_FAILED where the URL or its server is of no use
 */
export async function planGivenValkey(
  { name: store, shape, engine }: ValkeyDefinition,
  url: string,
  users: readonly CacheUser[],
): Promise<PlannedStore> {
  const given = parseStoreUrl(store, url, FORM);
  if (shape.kind !== 'replicationGroup') {
    throw givenFailed(
      store,
      `${urlVariable(store)} names one server, and keys of this store are spread over slots`,
      `Unset it: such a store runs on programs of the PATH.`,
    );
  }
  const information = await askGiven(given, () => onGiven(given, (client) => client.info('server')));
  const [, name = 'Redis', version = ''] = /^(valkey|redis)_version:(\S+)$/m.exec(information) ?? [];
  const label = `${name.charAt(0).toUpperCase()}${name.slice(1)} ${version}`;
  return {
    store,
    servers: [],
    users: Object.fromEntries(users.map(({ secret, name: user }) => [secret, user])),
    start: async (_room, secrets) => {
      await askGiven(given, () =>
        onGiven(given, async (client) => {
          for (const { name: user, secret, rules } of users) {
            await client.call('ACL', 'SETUSER', user, 'reset', 'on', digestOf(secrets[secret]), ...rules.split(' '));
          }
        }),
      );
      return [];
    },
    topology: (): StoreTopology => ({
      kind: 'valkey',
      engine,
      primary: { name: 'primary', endpoint: given.endpoint },
      replicas: [],
      standIn: { engine: label, lacks: shape.replicas > 0 ? ['replicas'] : [] },
      trust: given.trust,
      secrets: loginsOf(users),
    }),
  };
}

/** The password goes to the server as the digest that it keeps. */
const digestOf = (credentials: Credentials | undefined): string =>
  `#${createHash('sha256')
    .update(credentials?.password ?? '')
    .digest('hex')}`;

async function onGiven<T>(
  { endpoint, trust, login }: GivenServer,
  work: (client: ValkeyClient) => Promise<T>,
): Promise<T> {
  const { username = '', password = '' } = login ?? {};
  const client = await connectValkey(
    {
      endpoint,
      slots: undefined,
      to: 'primary',
      login: { username: username || 'default', password, renew: () => Promise.resolve(password) },
      trust,
    },
    { connectionName: 'polystore', connectTimeoutMs: TIMEOUT_MS, commandTimeoutMs: TIMEOUT_MS },
  );
  try {
    await client.connect();
    return await work(client);
  } finally {
    // Of a client that has ended it would only start a timer, which keeps the process for two seconds.
    if (client.status !== 'end') client.disconnect();
  }
}
