import type {
  PostgresDefinition,
  ShardDefinition,
  ShardedPostgresDefinition,
  StoreDefinition,
  StoreKind,
  TierDefinition,
} from '../definition';
import { PROFILES } from '../definition/stages/profile';
import { serverLetters } from '../definition/names/server-letters';
import { shardStackOf, stackName } from '../definition/names/stacks';
import { documentdbInventory, neptuneInventory } from './cluster-inventory';
import { dynamodbInventory } from './dynamodb-inventory';
import type { Inventory, ResourceGroup, Server } from './inventory';
import { keyOf } from './key-of-store';
import { valkeyInventory } from './valkey-inventory';

/** What the stacks of one store hold. */
export type StoreInventory = Pick<Inventory, 'groups' | 'servers' | 'nodes'>;

type Count<K extends StoreKind> = (
  tier: TierDefinition,
  store: Extract<StoreDefinition, { readonly kind: K }>,
) => StoreInventory;

/** A kind without a row does not compile. */
const STORE_INVENTORIES: { readonly [K in StoreKind]: Count<K> } = {
  postgres: postgresInventory,
  shardedPostgres: shardedPostgresInventory,
  valkey: valkeyInventory,
  dynamodb: dynamodbInventory,
  documentdb: documentdbInventory,
  neptune: neptuneInventory,
};

/** What the stacks of a store hold, whatever its kind. */
export function storeInventory(tier: TierDefinition, store: StoreDefinition): StoreInventory {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const count = STORE_INVENTORIES[store.kind] as Count<StoreKind>;
  return count(tier, store);
}

function postgresInventory(tier: TierDefinition, store: PostgresDefinition): StoreInventory {
  const stack = stackName(tier, store.name);
  if (store.origin?.kind === 'imported') {
    return {
      groups: [{ stack, part: store.name, resources: { ...keyOf(store), 'AWS::SSM::Parameter': 1 } }],
      servers: [],
      nodes: [],
    };
  }
  const { multiAz } = PROFILES[tier.stage.profile];
  const shared = { store: store.name, engine: 'postgres', storage: store.storage } as const;
  const isAway = tier.stage.awayFrom !== undefined;
  const primary = {
    ...shared,
    name: 'primary',
    class: store.class,
    deployment: multiAz ? 'multi-az' : 'single-az',
  } as const;
  const servers: readonly Server[] = [
    ...(isAway ? [] : [primary]),
    ...store.replicas.map((replica) => ({
      ...shared,
      name: replica.name,
      class: replica.class,
      deployment: 'single-az' as const,
    })),
  ];
  return {
    groups: [
      {
        stack,
        part: store.name,
        resources: {
          ...keyOf(store),
          'AWS::RDS::DBSubnetGroup': 1,
          'AWS::EC2::SecurityGroup': 1,
          'AWS::RDS::DBParameterGroup': 1,
          'AWS::RDS::DBInstance': servers.length,
          // The primary's log of upgrades beside a log of each server.
          'AWS::Logs::LogGroup': servers.length + (isAway ? 0 : 1),
          // In another region the stack of access knows where servers are.
          ...(!isAway && {
            'AWS::SecretsManager::Secret': 1,
            'AWS::SecretsManager::SecretTargetAttachment': 1,
            'AWS::SSM::Parameter': 1,
          }),
        },
      },
    ],
    servers,
    nodes: [],
  };
}

function shardedPostgresInventory(tier: TierDefinition, store: ShardedPostgresDefinition): StoreInventory {
  const isAway = tier.stage.awayFrom !== undefined;
  const base: ResourceGroup = {
    stack: stackName(tier, store.name),
    part: store.name,
    resources: {
      ...keyOf(store),
      'AWS::RDS::DBSubnetGroup': 1,
      'AWS::EC2::SecurityGroup': 1,
      'AWS::RDS::DBClusterParameterGroup': 1,
      'AWS::RDS::DBParameterGroup': 1,
      ...(!isAway && {
        'AWS::DynamoDB::Table': store.strategy.type === 'directory' ? 2 : 1,
        'AWS::SSM::Parameter': 1,
      }),
    },
  };
  const shardsByStack = new Map<string, ShardDefinition[]>();
  for (const shard of store.shards) {
    const stack = shardStackOf(shard.name);
    shardsByStack.set(stack, [...(shardsByStack.get(stack) ?? []), shard]);
  }
  const shardStacks = [...shardsByStack].map(([name, shards]): ResourceGroup => {
    const autoscaled = shards.filter(({ readers }) => readers.autoscaling !== undefined).length;
    return {
      stack: stackName(tier, store.name, 'shards', name),
      part: store.name,
      resources: {
        'AWS::RDS::DBCluster': shards.length,
        'AWS::RDS::DBInstance': shards.reduce((sum, { readers }) => sum + 1 + readers.min, 0),
        'AWS::Logs::LogGroup': shards.length,
        // A copy has the roles and passwords of what it copies, and is in no topology.
        ...(!isAway && {
          'AWS::SecretsManager::Secret': shards.length,
          'AWS::SecretsManager::SecretTargetAttachment': shards.length,
          'AWS::SSM::Parameter': 1,
        }),
        ...(autoscaled > 0 && {
          'AWS::ApplicationAutoScaling::ScalableTarget': autoscaled,
          'AWS::ApplicationAutoScaling::ScalingPolicy': autoscaled,
        }),
      },
    };
  });
  const globals = [...shardsByStack].flatMap(([name, shards]): ResourceGroup[] =>
    isAway || store.globalDatabase === undefined
      ? []
      : [
          {
            stack: stackName(tier, store.name, 'global', name),
            part: store.name,
            resources: { 'AWS::RDS::GlobalCluster': shards.length },
          },
        ],
  );
  return {
    groups: [base, ...shardStacks, ...globals],
    servers: store.shards.flatMap((shard) =>
      serverLetters(shard.readers.min).map((letter) => ({
        store: store.name,
        name: `${shard.name}-${letter}`,
        engine: 'aurora-postgres' as const,
        class: shard.class,
        ...(shard.acu && { acu: shard.acu }),
        deployment: 'single-az' as const,
        clusterStorage: store.storageType,
      })),
    ),
    nodes: [],
  };
}
