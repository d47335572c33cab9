import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { hasOtherPassword, isRefusal, type PasswordSource } from './login';

type Release = (release?: Error | boolean) => void;
type OnConnect = (failure: Error | undefined, client: PoolClient | undefined, release: Release) => void;

/** A pool that tries a connection once more whose password was refused, where its source has another by then. */
export class RenewingPool extends Pool {
  constructor(
    config: PoolConfig,
    private readonly source: PasswordSource,
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
    const seen = this.source.version;
    super.connect((failure, client, release) => {
      if (!isRefusal(failure)) return onConnect(failure, client, release);
      void hasOtherPassword(this.source, seen, failure).then((another) =>
        another ? super.connect(onConnect) : onConnect(failure, client, release),
      );
    });
  }
}
