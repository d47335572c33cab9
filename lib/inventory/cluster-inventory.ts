import type { DocumentDbDefinition, NeptuneDefinition, TierDefinition } from '../definition';
import { stackName } from '../definition/names/stacks';
import type { ResourceCounts } from './resource-type';
import { keyOf } from './key-of-store';
import type { StoreInventory } from './store-inventory';

/** What the stack of a DocumentDB cluster holds. */
export function documentdbInventory(tier: TierDefinition, store: DocumentDbDefinition): StoreInventory {
  return inventoryOfCluster(tier, store, {
    // Of its owner.
    'AWS::SecretsManager::Secret': 1,
    ...(store.servers.kind === 'elastic'
      ? { 'AWS::DocDBElastic::Cluster': 1 }
      : {
          'AWS::DocDB::DBCluster': 1,
          'AWS::DocDB::DBClusterParameterGroup': 1,
          'AWS::DocDB::DBInstance': 1 + store.servers.readers,
          'AWS::DocDB::DBSubnetGroup': 1,
          'AWS::Logs::LogGroup': 2,
        }),
    'AWS::SSM::Parameter': 1,
  });
}

/** What the stack of a Neptune cluster holds. */
export function neptuneInventory(tier: TierDefinition, store: NeptuneDefinition): StoreInventory {
  return inventoryOfCluster(tier, store, {
    'AWS::Neptune::DBCluster': 1,
    'AWS::Neptune::DBClusterParameterGroup': 1,
    'AWS::Neptune::DBInstance': 1 + store.servers.readers,
    'AWS::Neptune::DBSubnetGroup': 1,
    'AWS::Logs::LogGroup': 2,
    // The topology, and what policies call the cluster.
    'AWS::SSM::Parameter': 2,
  });
}

function inventoryOfCluster(
  tier: TierDefinition,
  store: DocumentDbDefinition | NeptuneDefinition,
  resources: ResourceCounts,
): StoreInventory {
  return {
    groups: [
      {
        stack: stackName(tier, store.name),
        part: store.name,
        resources: { ...keyOf(store), 'AWS::EC2::SecurityGroup': 1, ...resources },
      },
    ],
    servers: [],
    nodes: [],
  };
}
