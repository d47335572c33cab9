import { defineTier, documentdb } from 'cdk-polystore';

export default defineTier({
  name: 'shop',
  stages: {
    dev: { profile: 'disposable', stores: { catalog: { capacity: { minDcu: 0.5, maxDcu: 2 } } } },
    prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
  },
  stores: { catalog: documentdb({ class: 'r6g.large', slowOperationMs: 200 }) },
  services: { web: { uses: { catalog: 'read' } } },
});
