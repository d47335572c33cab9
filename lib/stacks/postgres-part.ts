import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { TOPOLOGY_VERSION, type PostgresPart, type ServerTopology } from '../topology';
import { TopologyParameter } from './topology-parameter';

/** A server as its clients reach it, without a pool. */
export const directServer = (name: string, host: string, port: number): ServerTopology => ({
  name,
  endpoint: { host, port, via: 'direct' },
});

/** Publishes where a store of kind `postgres` is. */
export function publishPostgres(
  scope: Construct,
  tier: TierDefinition,
  store: string,
  topology: PostgresPart,
  id = 'Topology',
): void {
  new TopologyParameter(scope, id, tier, {
    path: ['stores', store],
    part: { part: 'store', version: TOPOLOGY_VERSION, store, topology },
  });
}
