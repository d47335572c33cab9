import type { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import type { CacheUsers } from './cache-login';

/**
 * Users of caches in ElastiCache.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUser.html
 */
export class ElastiCacheUsers implements CacheUsers {
  private client: ElastiCacheClient | undefined;

  /** @param client - default: one with the credentials and region of the environment */
  constructor(client?: ElastiCacheClient) {
    this.client = client;
  }

  async isSettled(UserId: string): Promise<boolean> {
    const { DescribeUsersCommand } = await import('@aws-sdk/client-elasticache');
    const { Users = [] } = await (await this.open()).send(new DescribeUsersCommand({ UserId }));
    return Users[0]?.Status === 'active';
  }

  async setPasswords(UserId: string, passwords: readonly string[]): Promise<void> {
    const { ModifyUserCommand } = await import('@aws-sdk/client-elasticache');
    const AuthenticationMode = { Type: 'password' as const, Passwords: [...passwords] };
    await (await this.open()).send(new ModifyUserCommand({ UserId, AuthenticationMode }));
  }

  private async open(): Promise<ElastiCacheClient> {
    const { ElastiCacheClient: Client } = await import('@aws-sdk/client-elasticache');
    return (this.client ??= new Client());
  }
}
