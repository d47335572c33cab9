import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { TOPOLOGY_VERSION, type ServerTopology, type StorePart } from '../topology';
import { TopologyParameter } from './topology-parameter';

/** A server as its clients reach it, without a pool. */
export const directServer = (name: string, host: string, port: number): ServerTopology => ({
  name,
  endpoint: { host, port, via: 'direct' },
});

/** Publishes what a stack knows of its store, of whatever kind. */
export function publishStore(
  scope: Construct,
  tier: TierDefinition,
  store: string,
  topology: StorePart['topology'],
  id = 'Topology',
): void {
  new TopologyParameter(scope, id, tier, {
    path: ['stores', store],
    part: { part: 'store', version: TOPOLOGY_VERSION, store, topology },
  });
}
