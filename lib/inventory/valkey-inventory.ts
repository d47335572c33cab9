import type { TierDefinition, ValkeyDefinition } from '../definition';
import { stackName } from '../definition/names/stacks';
import type { Node } from './inventory';
import { keyOf } from './key-of-store';
import type { ResourceCounts } from './resource-type';
import type { StoreInventory } from './store-inventory';

/** What the stack of a cache holds. Its users are made with it, and so are their secrets. */
export function valkeyInventory(tier: TierDefinition, store: ValkeyDefinition): StoreInventory {
  const users = Object.values(tier.services).filter(({ uses }) => uses[store.name] !== undefined);
  const services = users.length;
  const byPassword = users.filter(({ authentication }) => authentication === 'password').length;
  return {
    groups: [
      {
        stack: stackName(tier, store.name),
        part: store.name,
        resources: {
          ...keyOf(store),
          'AWS::EC2::SecurityGroup': 1,
          'AWS::SecretsManager::Secret': 1 + byPassword,
          // Redis OSS has one more, whom it lets nobody be.
          'AWS::ElastiCache::User': 1 + services + (store.engine === 'redis' ? 1 : 0),
          'AWS::ElastiCache::UserGroup': 1,
          'AWS::SSM::Parameter': 1,
          ...OF_SHAPE[store.shape.kind],
        },
      },
    ],
    servers: [],
    nodes: nodesOf(store),
  };
}

const OF_NODES: ResourceCounts = {
  'AWS::ElastiCache::ReplicationGroup': 1,
  'AWS::ElastiCache::SubnetGroup': 1,
  'AWS::ElastiCache::ParameterGroup': 1,
  // Slow commands, and what the engine says.
  'AWS::Logs::LogGroup': 2,
};

const OF_SHAPE: Readonly<Record<ValkeyDefinition['shape']['kind'], ResourceCounts>> = {
  replicationGroup: OF_NODES,
  clusterMode: OF_NODES,
  serverlessCache: { 'AWS::ElastiCache::ServerlessCache': 1 },
};

/** Named as ElastiCache does: `001`; with shards `0001-001`. None of a serverless cache, which tells nobody. */
function nodesOf({ name: store, engine, shape }: ValkeyDefinition): readonly Node[] {
  if (shape.kind === 'serverlessCache') return [];
  const names = Array.from({ length: 1 + shape.replicas }, (_, index) => padded(index + 1, 3));
  const prefixes =
    shape.kind === 'clusterMode'
      ? Array.from({ length: shape.shards }, (_, index) => `${padded(index + 1, 4)}-`)
      : [''];
  return prefixes.flatMap((prefix) =>
    names.map((name) => ({ store, name: prefix + name, engine, class: shape.class })),
  );
}

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0');
