import { defineTier, dynamodb, provisioned } from 'cdk-polystore';

export default defineTier({
  name: 'shop',
  stages: {
    dev: { profile: 'disposable' },
    prod: {
      profile: 'protected',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      stores: { carts: { capacity: provisioned({ reads: { min: 50, max: 500 }, writes: { min: 20, max: 200 } }) } },
    },
  },
  stores: {
    carts: dynamodb({
      partitionKey: 'customer',
      sortKey: { name: 'added', type: 'number' },
      indexes: { byProduct: { partitionKey: 'product', projection: 'keys' } },
      timeToLive: 'expires',
    }),
  },
  services: { web: { uses: { carts: 'write' } } },
});
