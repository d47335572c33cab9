import { setTimeout as delay } from 'node:timers/promises';
import { connectValkey, type ValkeyConnection } from '../valkey';
import { newPassword } from './new-password';
import type { RotatedLogin } from './rotate-secret';
import type { SecretValue } from './secret-versions';

/** Users of caches, as ElastiCache has them, by their ids. */
export interface CacheUsers {
  /** Whether every node knows what a user is; false while a change is under way. */
  isSettled(userId: string): Promise<boolean>;
  /** Sets the passwords that a user may log in with, in place of all that it had: at most two. */
  setPasswords(userId: string, passwords: readonly [string] | readonly [string, string]): Promise<void>;
}

export interface CacheLoginOptions {
  readonly users: CacheUsers;
  readonly userId: string;
  /** Where logins are tried. */
  readonly server: Pick<ValkeyConnection, 'endpoint' | 'trust'>;
  /** How long a connection may take, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** How often ElastiCache is asked whether a change is through, in milliseconds. @default 2000 */
  readonly pollMs?: number;
  /** Aborted when there is no time left to wait. @default - whoever calls waits as long as it takes */
  readonly signal?: AbortSignal;
}

/** The login of a user of a cache, which has two passwords while one takes the place of the other: nobody is refused at any moment. */
export class CacheLogin implements RotatedLogin {
  constructor(private readonly options: CacheLoginOptions) {}

  next(current: SecretValue): SecretValue {
    return { ...current, password: newPassword() };
  }

  async set({ current, pending }: { current: SecretValue; pending: SecretValue }): Promise<void> {
    const { users, userId } = this.options;
    // A user that is being changed takes no other change; and until every node knows one, a node may answer otherwise than the next.
    await this.settled();
    if (await this.accepts(pending)) return;
    await users.setPasswords(userId, [current.password, pending.password]);
    await this.settled();
  }

  async accepts({ username, password }: SecretValue): Promise<boolean> {
    const { server, timeoutMs = 5_000 } = this.options;
    const login = { username, password, renew: () => Promise.resolve(password) };
    const client = await connectValkey(
      { ...server, slots: undefined, to: 'primary', login },
      { connectionName: 'polystore-rotate', connectTimeoutMs: timeoutMs, commandTimeoutMs: timeoutMs },
    );
    let heard: unknown;
    client.on('error', (error: unknown) => (heard ??= error));
    try {
      await client.ping();
      return true;
    } catch (error) {
      // Why there was no connection tells more than how often it was tried.
      const reason = heard ?? error;
      if (reason instanceof Error && reason.message.startsWith('WRONGPASS')) return false;
      throw reason;
    } finally {
      client.disconnect();
    }
  }

  private async settled(): Promise<void> {
    const { users, userId, pollMs = 2_000, signal } = this.options;
    while (!(await users.isSettled(userId))) {
      if (signal?.aborted) throw new Error(`user ${userId} was still being changed when the time was over`);
      await delay(pollMs);
    }
  }
}
