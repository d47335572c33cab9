import { defineTier, existingGroup, hash, iam, newVpc, password, postgres, shardedPostgres } from 'cdk-polystore';

/**
 * A market whose consumers run in several accounts.
 *
 * `web` runs beside the databases, as a role of its own. `reports` has had its security group since before there was a tier, and logs in by IAM, so
 * that there is no password to rotate. `billing` belongs to another account, which is peered with the tier's network. Roles and groups are those of
 * one account, so the stage names them; in a disposable stage everybody has a password and a group that the kit makes.
 */
export default defineTier({
  name: 'market',
  stages: {
    test: { profile: 'disposable', services: { reports: { authentication: password() } } },
    live: {
      profile: 'protected',
      env: { account: '444455556666', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      services: {
        web: { principal: 'arn:aws:iam::444455556666:role/web' },
        reports: {
          principal: ['arn:aws:iam::444455556666:role/reports', 'arn:aws:iam::444455556666:role/analysts'],
          client: existingGroup('sg-0a1b2c3d4e5f60718'),
        },
        billing: {
          principal: 'arn:aws:iam::777788889999:root',
          client: existingGroup('sg-1a1b2c3d4e5f60718', { account: '777788889999' }),
          authentication: iam(),
        },
      },
    },
  },
  network: newVpc({ cidr: '10.60.0.0/16' }),
  stores: {
    catalog: postgres({ replicas: 1 }),
    ledger: postgres(),
    orders: shardedPostgres({ shardKey: 'customer_id', strategy: hash(), shards: 2 }),
  },
  services: {
    web: { uses: { catalog: 'read', orders: 'write' } },
    reports: { uses: { catalog: 'read', orders: 'read' }, authentication: iam() },
    billing: { uses: { ledger: 'write' } },
  },
});
