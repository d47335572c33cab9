import { defineTier, iam, neptune } from 'cdk-polystore';

export default defineTier({
  name: 'club',
  stages: {
    dev: { profile: 'disposable' },
    prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
  },
  stores: { friends: neptune({ capacity: { minNcu: 2.5, maxNcu: 16 } }) },
  services: {
    web: { uses: { friends: 'read' }, authentication: iam(), principal: 'arn:aws:iam::111122223333:role/web' },
  },
});
