import { PolystoreError } from '../errors';
import type { Topology } from '../topology';
import { openPlacement } from './open-placement';
import type { PlacementStore } from './placement-store';

/** The placement of each sharded store, where the topology says. */
export function placementsOf(topology: Topology): (store: string) => PlacementStore {
  return (name) => {
    const store = topology.stores[name];
    if (store?.kind === 'shardedPostgres') return openPlacement(name, store.placement);
    const known = Object.keys(topology.stores);
    throw new PolystoreError('UNKNOWN_STORE', `store "${name}" has no placement; stores are: ${known.join(', ')}`, {
      details: { store: name, known },
      next: 'Only sharded stores have a placement.',
    });
  };
}
