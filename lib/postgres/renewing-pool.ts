import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { hasOtherPassword, isRefusal, type PasswordSource } from './login';

type Release = (release?: Error | boolean) => void;
export type OnConnect = (failure: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** A pool that tries a connection once more whose password was refused, where there is a source that has another by then. */
export class RenewingPool extends Pool {
  constructor(
    config: PoolConfig,
    private readonly source: PasswordSource | undefined,
  ) {
    super(config);
  }

  override connect(): Promise<PoolClient>;
  override connect(onConnect: OnConnect): void;
  override connect(onConnect?: OnConnect): Promise<PoolClient> | void {
    if (onConnect) return this.connectTwice(onConnect);
    return new Promise((resolve, reject) => {
      this.connectTwice((failure, client) => (client ? resolve(client) : reject(failure)));
    });
  }

  private connectTwice(onConnect: OnConnect): void {
    const { source } = this;
    if (!source) return super.connect(onConnect);
    const seen = source.version;
    super.connect((failure, client, release) => {
      if (!isRefusal(failure)) return onConnect(failure, client, release);
      void hasOtherPassword(source, seen, failure).then((another) =>
        another ? super.connect(onConnect) : onConnect(failure, client, release),
      );
    });
  }
}
