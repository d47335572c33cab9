import { defineTier, postgres } from 'cdk-polystore';

export default defineTier({
  name: 'shop',
  stages: {
    dev: { profile: 'disposable' },
    prod: {
      profile: 'protected',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      stores: { main: { class: 'r8g.xlarge' } },
    },
  },
  stores: { main: postgres({ replicas: 2, storage: { sizeGiB: 200 } }) },
  services: { web: { uses: { main: 'write' } } },
});
