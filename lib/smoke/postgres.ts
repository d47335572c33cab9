import type { PostgresTopology } from '../topology';
import { accessChecks } from './access-checks';
import { awsChecks } from './aws-checks';
import type { Check } from './check';
import { wholeStore } from './cluster-under-test';
import { routingChecks } from './routing-checks';
import { replicaChecks } from './replica-checks';
import { serverChecks } from './server-checks';
import type { DatabasesUnderTest } from './databases-under-test';

/** What proves a primary with its replicas; of a store whose primary stands in another region, its replicas here. */
export function postgresChecks(tier: DatabasesUnderTest, name: string, store: PostgresTopology): readonly Check[] {
  const cluster = wholeStore(tier, name, store);
  if (store.primary.region !== undefined) {
    // Standbys are the primary's; roles and their rights too, which replicas have from it.
    return [...replicaChecks(cluster, store.primary.region), ...awsChecks(name, tier).filter(isOfEachServer)];
  }
  return [
    ...serverChecks(cluster),
    ...routingChecks(cluster),
    ...accessChecks(name, [cluster], tier.topology),
    ...awsChecks(name, tier),
  ];
}

const isOfEachServer = ({ name }: Check): boolean => name === 'kms-encryption';
