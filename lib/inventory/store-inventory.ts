import type {
  PostgresDefinition,
  ShardedPostgresDefinition,
  StoreDefinition,
  StoreKind,
  TierDefinition,
} from '../definition';
import { PROFILES } from '../definition/profile';
import { shardStackOf, stackName } from '../definition/stack-names';
import type { Inventory, ResourceGroup, Server } from './inventory';

/** What the stacks of one store hold. */
export type StoreInventory = Pick<Inventory, 'groups' | 'servers'>;

type Count<K extends StoreKind> = (
  tier: TierDefinition,
  store: Extract<StoreDefinition, { readonly kind: K }>,
) => StoreInventory;

/** A kind without a row does not compile. */
const STORE_INVENTORIES: { readonly [K in StoreKind]: Count<K> } = {
  postgres: postgresInventory,
  shardedPostgres: shardedPostgresInventory,
};

/** What the stacks of a store hold, whatever its kind. */
export function storeInventory(tier: TierDefinition, store: StoreDefinition): StoreInventory {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const count = STORE_INVENTORIES[store.kind] as Count<StoreKind>;
  return count(tier, store);
}

function postgresInventory(tier: TierDefinition, store: PostgresDefinition): StoreInventory {
  const { multiAz } = PROFILES[tier.stage.profile];
  const shared = { store: store.name, engine: 'postgres', storageGiB: store.storage.sizeGiB } as const;
  const servers: readonly Server[] = [
    { ...shared, name: 'primary', class: store.class, deployment: multiAz ? 'multi-az' : 'single-az' },
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
        stack: stackName(tier, store.name),
        part: store.name,
        resources: {
          'AWS::KMS::Key': 1,
          'AWS::KMS::Alias': 1,
          'AWS::RDS::DBSubnetGroup': 1,
          'AWS::EC2::SecurityGroup': 1,
          'AWS::RDS::DBParameterGroup': 1,
          'AWS::SecretsManager::Secret': 1,
          'AWS::SecretsManager::SecretTargetAttachment': 1,
          'AWS::RDS::DBInstance': servers.length,
          // The primary's log of upgrades beside a log of each server.
          'AWS::Logs::LogGroup': servers.length + 1,
          'AWS::SSM::Parameter': 1,
        },
      },
    ],
    servers,
  };
}

function shardedPostgresInventory(tier: TierDefinition, store: ShardedPostgresDefinition): StoreInventory {
  const members = PROFILES[tier.stage.profile].multiAz ? ['a', 'b'] : ['a'];
  const base: ResourceGroup = {
    stack: stackName(tier, store.name),
    part: store.name,
    resources: {
      'AWS::KMS::Key': 1,
      'AWS::KMS::Alias': 1,
      'AWS::RDS::DBSubnetGroup': 1,
      'AWS::EC2::SecurityGroup': 1,
      'AWS::RDS::DBClusterParameterGroup': 1,
      'AWS::RDS::DBParameterGroup': 1,
      'AWS::DynamoDB::Table': 1,
      'AWS::SSM::Parameter': 1,
    },
  };
  const shardsByStack = new Map<string, number>();
  for (const { name } of store.shards) {
    const stack = shardStackOf(name);
    shardsByStack.set(stack, (shardsByStack.get(stack) ?? 0) + 1);
  }
  const shardStacks = [...shardsByStack].map(([name, shards]): ResourceGroup => ({
    stack: stackName(tier, store.name, 'shards', name),
    part: store.name,
    resources: {
      'AWS::SecretsManager::Secret': shards,
      'AWS::SecretsManager::SecretTargetAttachment': shards,
      'AWS::RDS::DBCluster': shards,
      'AWS::RDS::DBInstance': shards * members.length,
      'AWS::Logs::LogGroup': shards,
      'AWS::SSM::Parameter': 1,
    },
  }));
  return {
    groups: [base, ...shardStacks],
    servers: store.shards.flatMap((shard) =>
      members.map((member) => ({
        store: store.name,
        name: `${shard.name}-${member}`,
        engine: 'aurora-postgres' as const,
        class: shard.class,
        deployment: 'single-az' as const,
      })),
    ),
  };
}
