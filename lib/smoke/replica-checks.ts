import { readServerState } from '../postgres';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import type { ClusterUnderTest } from './cluster-under-test';
import { isItself, readsServedBy, refusesPlaintext, refusesWrites } from './server-checks';
import type { ServerUnderTest } from './server-under-test';

/**
 * The checks of replicas whose primary stands in another region, where no way leads that the kit made: nothing is asked of it, and it is proven
 * by the smoke test of its own region.
 */
export function replicaChecks(cluster: ClusterUnderTest, region: string): readonly Check[] {
  return [
    provenElsewhere(cluster, region),
    ...cluster.replicas.flatMap((replica) => [
      follows(cluster, replica),
      refusesWrites(cluster, replica),
      isItself(cluster, replica),
      refusesPlaintext(cluster, replica),
    ]),
  ];
}

function provenElsewhere({ store, primary }: ClusterUnderTest, region: string): Check {
  return {
    name: 'takes-writes',
    store,
    subject: primary.label,
    promise: 'The primary is not in recovery and takes a write.',
    run: () => Promise.reject(new SmokeSkip(`stands in ${region}, and is proven there`)),
  };
}

/** Without a write of its own, which would have to be made in the other region: what was provisioned there has come, and replay goes on. */
function follows(cluster: ClusterUnderTest, replica: ServerUnderTest): Check {
  return {
    name: 'serves-reads',
    store: cluster.store,
    subject: replica.label,
    promise: 'The replica is in recovery, has what the primary was provisioned with, and reports its lag.',
    unaffected: (passed) => readsServedBy(cluster.replicas, passed),
    run: async () => {
      const { address, in_recovery: inRecovery } = await replica.reach();
      const evidence = { answeredBy: address };
      if (!inRecovery) {
        throw new SmokeFailure('is not in recovery: it was promoted, or is another primary', { evidence });
      }
      return replica.asSmoke(async (client) => {
        const { lagMs = 'unknown' } = await readServerState(client, cluster.engine);
        if (lagMs === 'unknown') {
          throw new SmokeFailure('reports no lag: it does not stream from the primary', { evidence });
        }
        return { ...evidence, inRecovery, lagMs };
      });
    },
  };
}
