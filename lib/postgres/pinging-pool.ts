import type { PoolClient, PoolConfig } from 'pg';
import { cutConnection } from './cancel';
import type { PasswordSource } from './login';
import { elapsedMsSince, momentNow, type Moment } from './moment';
import type { PrePing } from './pool-options';
import { RenewingPool, type OnConnect } from './renewing-pool';

/** A connection that has not answered within this time is taken for dead, in milliseconds. */
const PING_TIMEOUT_MS = 1_000;

const PING = { text: 'select 1', query_timeout: PING_TIMEOUT_MS };

type Pulse = 'alive' | 'ended' | 'silent';

/**
 * A pool that asks a connection whether it is alive before it hands it out, where nobody has used it for a while, and closes a dead one: whoever
 * waits gets the next, or a new one. A connection whose end the server has told is never asked; this is for an end that was not heard, as by a
 * process that was frozen, or behind a firewall that forgets.
 */
export class PingingPool extends RenewingPool {
  /** Connections that nobody uses, and since when. */
  private readonly idle = new Map<PoolClient, Moment>();

  constructor(
    config: PoolConfig,
    source: PasswordSource | undefined,
    private readonly prePing: PrePing,
  ) {
    super(config, source);
    this.on('release', (_error, client) => void this.idle.set(client, momentNow()));
    this.on('remove', (client) => void this.idle.delete(client));
  }

  override connect(): Promise<PoolClient>;
  override connect(onConnect: OnConnect): void;
  override connect(onConnect?: OnConnect): Promise<PoolClient> | void {
    if (onConnect) return this.connectAlive(onConnect);
    return new Promise((resolve, reject) => {
      this.connectAlive((failure, client) => (client ? resolve(client) : reject(failure)));
    });
  }

  private connectAlive(onConnect: OnConnect): void {
    super.connect((failure, client, release) => {
      const since = client && this.idle.get(client);
      if (client) this.idle.delete(client);
      if (!client || !since || elapsedMsSince(since) < this.prePing.afterIdleMs) {
        return onConnect(failure, client, release);
      }
      void pulseOf(client).then((pulse) => {
        if (pulse === 'alive') return onConnect(undefined, client, release);
        if (pulse === 'silent') this.cutIdleBefore(since);
        cutConnection(client);
        release(true);
        this.connectAlive(onConnect);
      });
    });
  }

  /** Each would keep somebody waiting for as long as the one that was silent. */
  private cutIdleBefore({ steadyMs }: Moment): void {
    for (const [client, since] of this.idle) if (since.steadyMs <= steadyMs) cutConnection(client);
  }
}

/** Never rejects. */
function pulseOf(client: PoolClient): Promise<Pulse> {
  return client.query(PING).then(
    () => 'alive',
    ({ message }: Error) => (message === 'Query read timeout' ? 'silent' : 'ended'),
  );
}
