import { connectValkey } from '../valkey';
import { trustOf } from '../topology';
import { ASK_MS, type ServerAnswer, type ServerAsked } from './server-answer';
import { LOCAL_HOST } from './server-settings';

/** The login, what a client asks when it has connected, its name, and the question itself. */
const OF_LOOK = 4;

/**
 * What a server of Valkey is, whether it hears from its primary, and what it has to do: one answer, asked as the smoke test's user, which may.
 * @see https://valkey.io/commands/info/
 */
export async function askValkey({ port, store, trust, secrets }: ServerAsked<'valkey'>): Promise<ServerAnswer> {
  const { username, password } = await secrets.read(store.secrets.smoke);
  const client = await connectValkey(
    {
      endpoint: { host: LOCAL_HOST, port, via: 'direct' },
      // One server is asked, whoever else there is.
      slots: undefined,
      to: 'primary',
      login: { username, password, renew: () => Promise.resolve(password) },
      trust: trustOf({ trust }, store),
    },
    { connectionName: 'polystore-status', connectTimeoutMs: ASK_MS, commandTimeoutMs: ASK_MS },
  );
  let heard: unknown;
  client.on('error', (error) => (heard ??= error));
  try {
    return answerIn(await client.info());
  } catch (error) {
    // Why it did not connect tells more than that it did not.
    throw heard ?? error;
  } finally {
    client.disconnect();
  }
}

function answerIn(info: string): ServerAnswer {
  const fields = new Map(
    info
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(/:(.*)/s, 2) as [string, string]),
  );
  const figure = (name: string): number => Number(fields.get(name));
  const isReplica = fields.get('role') === 'slave';
  return {
    role: isReplica ? 'replica' : 'primary',
    ...(isReplica && { link: fields.get('master_link_status') === 'up' ? 'up' : 'down' }),
    memoryBytes: figure('used_memory'),
    load: {
      connections: { used: figure('connected_clients') - 1, most: figure('maxclients') },
      transactions: figure('total_commands_processed'),
      ofLook: OF_LOOK,
      overMs: figure('uptime_in_seconds') * 1_000,
    },
  };
}
