import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { RedisOptions } from 'iovalkey';
import type { LiveLogin } from './live-login';

type Connector = NonNullable<RedisOptions['Connector']>;
type AbstractConnector = typeof import('iovalkey').AbstractConnector;

/** Where iovalkey's connector is told to connect to. */
interface Place {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: ConnectionOptions;
  readonly disconnectTimeout: number;
}

/** What iovalkey makes connections by, once the login is fresh. @param Base iovalkey's own, which is loaded when it is needed */
export function connectorWith(Base: AbstractConnector, login: LiveLogin): Connector {
  return class FreshConnector extends Base {
    constructor(private readonly place: unknown) {
      super((place as Place).disconnectTimeout);
    }

    override async connect(): Promise<TLSSocket> {
      this.connecting = true;
      await login.fresh();
      // Ended while the login was read.
      if (!this.connecting) throw new Error('Connection is closed.');
      const { host, port, tls } = this.place as Place;
      const stream = connectTls({ ...(host !== undefined && { host }), ...(port !== undefined && { port }), ...tls });
      this.stream = stream;
      return stream;
    }
  };
}
