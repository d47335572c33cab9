import type { ShardDefinition, TierDefinition } from '../../lib/definition';

/** Shards `s<first>` to `s<last>`. */
export function shards(first: number, last: number): ShardDefinition[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    name: `s${first + index}`,
    class: 't4g.medium',
    weight: 1,
    state: 'active',
  }));
}

/** The example tier as parsing gives it. */
export function blogTier(stage: 'dev' | 'prod'): TierDefinition {
  const prod = stage === 'prod';
  const shardClass = prod ? 'r8g.large' : 't4g.medium';
  const mainClass = prod ? 'r8g.xlarge' : 't4g.medium';
  return {
    name: 'blog',
    stage: prod
      ? {
          name: 'prod',
          profile: 'protected',
          env: { account: '111122223333', region: 'eu-west-1' },
          zones: { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
        }
      : { name: 'dev', profile: 'disposable', zones: { count: 2 } },
    network: { kind: 'newVpc', cidr: '10.0.0.0/16' },
    stores: {
      main: {
        kind: 'postgres',
        name: 'main',
        version: '17',
        class: mainClass,
        storage: prod ? { sizeGiB: 100, maxSizeGiB: 400 } : { sizeGiB: 20, maxSizeGiB: 80 },
        replicas: [
          { name: 'r1', class: mainClass },
          { name: 'r2', class: mainClass },
        ],
        database: 'main',
        maxConnections: prod ? 3000 : 400,
        slowQueryMs: 1000,
        backup: { retentionDays: prod ? 35 : 1 },
      },
      posts: {
        kind: 'shardedPostgres',
        name: 'posts',
        version: '17',
        shardKey: { column: 'user_id', type: 'bigint' },
        strategy: { type: 'hash', hash: 'postgres-extended-0' },
        shards: shards(0, 3).map((shard) => ({ ...shard, class: shardClass })),
        database: 'posts',
        maxConnections: prod ? 1500 : 400,
        slowQueryMs: 1000,
        backup: { retentionDays: prod ? 35 : 1 },
      },
    },
    services: {
      users: { name: 'users', uses: { main: 'write' } },
      posts: { name: 'posts', uses: { posts: 'write', main: 'read' } },
    },
  };
}
