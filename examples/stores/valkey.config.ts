import { clusterMode, defineTier, valkey } from 'cdk-polystore';

export default defineTier({
  name: 'shop',
  stages: {
    dev: { profile: 'disposable' },
    prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
  },
  stores: { sessions: valkey({ shape: clusterMode({ shards: 3 }), eviction: 'allkeys-lru' }) },
  services: { web: { uses: { sessions: 'write' } } },
});
