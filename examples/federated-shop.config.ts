import { defineTier, hash, newVpc, postgres, shardedPostgres } from 'cdk-polystore';

/**
 * A shop whose services own their databases (federation), with orders sharded by customer.
 *
 * Customers are known by uuid, so the shard key has that type. Shard `s2` is larger and takes twice the buckets; `s0` is being emptied before
 * it is retired. Reports read the catalog and the orders and may write nowhere.
 */
export default defineTier({
  name: 'shop',
  stages: {
    test: { profile: 'disposable', stores: { orders: { shards: 2 } } },
    live: {
      profile: 'protected',
      env: { account: '444455556666', region: 'eu-central-1' },
      zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      stores: {
        catalog: { class: 'r8g.xlarge', replicas: { r1: {}, r2: { class: 'r8g.2xlarge' } } },
        payments: { class: 'm8g.large', storage: { sizeGiB: 400 }, backup: { retentionDays: 35 } },
      },
    },
  },
  network: newVpc({ cidr: '10.40.0.0/16' }),
  stores: {
    catalog: postgres({ replicas: 1, slowQueryMs: 250 }),
    payments: postgres(),
    orders: shardedPostgres({
      shardKey: { column: 'customer_id', type: 'uuid' },
      strategy: hash(),
      shards: { s0: { state: 'draining' }, s1: {}, s2: { weight: 2, class: 'r8g.xlarge' } },
    }),
  },
  services: {
    storefront: { uses: { catalog: 'read', orders: 'write' } },
    backoffice: { uses: { catalog: 'write' } },
    billing: { uses: { payments: 'write', orders: 'read' } },
    reports: { uses: { catalog: 'read', orders: 'read' } },
  },
});
