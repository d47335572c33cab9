import { decodePlacement } from '../lib/placement';
import { databaseTargets } from '../lib/provision/provision-databases';
import { placementsOf } from '../lib/sources/placements-of';
import { RdsTokens } from '../lib/sources/rds-tokens';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { provisioning } from './step/provision';

export interface ProvisionEvent {
  /** The first placement of each sharded store, by store, as `encodePlacement` writes it. One that stands already is left as it is. @default - none */
  readonly seeds: Readonly<Record<string, string>>;
}

/** Seeds the placements that don't stand yet, and provisions every relational database. */
export const handler = provisioning<ProvisionEvent>('provision-relational', async ({ seeds = {} }, context) => {
  const placementOf = placementsOf(context.topology);
  for (const [store, text] of Object.entries(seeds)) {
    await placementOf(store).seed(decodePlacement(text, `the seed of store ${store}`));
  }
  const secrets = secretsFromEnvironment(process.env);
  return databaseTargets({ ...context, secrets, placementOf, tokens: new RdsTokens() });
});
