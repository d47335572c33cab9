import { defineTier, existingKey, existingVpc, newVpc, postgres } from 'cdk-polystore';

/** One tier in two accounts: a stage that may be thrown away, and one on the network and key of a platform team. */
export default defineTier({
  name: 'orders',
  stages: {
    dev: {
      profile: 'disposable',
      env: { account: '111122223333', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b'],
    },
    prod: {
      profile: 'protected',
      env: { account: '444455556666', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      network: existingVpc({
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        dataSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718', 'subnet-2a1b2c3d4e5f60718'],
        endpoints: 'provided',
      }),
      encryptionKey: existingKey('arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab'),
      permissionsBoundary: 'developer-boundary',
      tags: { 'cost-center': '42' },
    },
  },
  network: newVpc(),
  stores: { orders: postgres({ replicas: 1 }) },
  services: { shop: { uses: { orders: 'write' } } },
});
