import { defineTier, postgres } from 'cdk-polystore';

/** The smallest tier there is: one PostgreSQL for one service. Most products start here, and many never need more. */
export default defineTier({
  name: 'notes',
  stages: { dev: { profile: 'disposable' } },
  stores: { notes: postgres() },
  services: { web: { uses: { notes: 'write' } } },
});
