import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'iovalkey';
import type { LiveLogin } from './live-login';

type Connector = NonNullable<RedisOptions['Connector']>;
type AbstractConnector = typeof import('iovalkey').AbstractConnector;

/** Where iovalkey's connector is told to connect to. */
interface Place {
  readonly host: string;
  readonly port: number;
  /** Absent where nothing is encrypted. */
  readonly tls?: ConnectionOptions;
  readonly disconnectTimeout: number;
}

/**
 * What iovalkey makes connections by, once the login is fresh.
 * @param Base iovalkey's own, which is loaded when it is needed
 * @param hear told why a connection was lost, or not made: of some that a cluster makes, iovalkey tells nobody
 */
export function connectorWith(Base: AbstractConnector, login: LiveLogin, hear: (error: unknown) => void): Connector {
  return class FreshConnector extends Base {
    constructor(private readonly place: unknown) {
      super((place as Place).disconnectTimeout);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      await login.fresh();
      // Ended while the login was read.
      if (!this.connecting) throw new Error('Connection is closed.');
      const { host, port, tls } = this.place as Place;
      this.stream = tls === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ...tls });
      this.stream.on('error', hear);
      return this.stream as Socket;
    }

    override disconnect(): void {
      // iovalkey would wait for the end of a stream that has ended, and keep the process for two seconds.
      if ((this.stream as Socket | undefined)?.destroyed === true) this.connecting = false;
      else super.disconnect();
    }
  };
}
