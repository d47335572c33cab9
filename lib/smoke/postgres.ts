import type { PostgresTopology } from '../topology';
import { accessChecks } from './access-checks';
import { awsChecks } from './aws-checks';
import type { Check } from './check';
import { wholeStore } from './cluster-under-test';
import { routingChecks } from './routing-checks';
import { serverChecks } from './server-checks';
import type { TierUnderTest } from './tier-under-test';

/** What proves a primary with its replicas. */
export function postgresChecks(tier: TierUnderTest, name: string, store: PostgresTopology): readonly Check[] {
  const cluster = wholeStore(tier, name, store);
  return [
    ...serverChecks(cluster),
    ...routingChecks(cluster),
    ...accessChecks(name, [cluster], tier.topology),
    ...awsChecks(name, tier),
  ];
}
