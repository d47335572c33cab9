import type { DynamoDbDefinition, TierDefinition } from '../definition';
import { stackName } from '../definition/names/stacks';
import { keyOf } from './key-of-store';
import type { StoreInventory } from './store-inventory';

/** What the stack of a table holds: its copies are part of the table. */
export function dynamodbInventory(tier: TierDefinition, store: DynamoDbDefinition): StoreInventory {
  return {
    groups: [
      {
        stack: stackName(tier, store.name),
        part: store.name,
        resources: { ...keyOf(store), 'AWS::DynamoDB::GlobalTable': 1, 'AWS::SSM::Parameter': 1 },
      },
    ],
    servers: [],
    nodes: [],
  };
}
