import { Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { KeyDirectoryTable, PlacementTable, POSTGRES_PORT, type AuroraShardGroup } from '../../constructs';
import type { ShardedPostgresDefinition, TierDefinition } from '../definition';
import { GlobalStack } from './global-stack';
import { PROFILE_SETTINGS } from './profile-settings';
import { shardBase, shardsByStack } from './shard-settings';
import { ownerOf, ShardsStack } from './shards-stack';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { publishStore } from './store-part';
import type { TierNetwork } from './tier-network';

/** What all shards of a store stand on; it names none of them, so that a shard more changes nothing here. */
export class ShardedPostgresStack extends Stack {
  readonly key: kms.IKey;
  readonly shardGroup: AuroraShardGroup;
  readonly placement: PlacementTable;
  readonly keyDirectory: KeyDirectoryTable | undefined;

  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}, what its shards share`);
    super(scope, settings.stackName, settings);
    ({ key: this.key, shardGroup: this.shardGroup } = shardBase(this, tier, store, network));
    const { deletionProtection, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    const kept = { encryptionKey: this.key, deletionProtection, removalPolicy };
    this.placement = new PlacementTable(this, 'Placement', kept);
    const { strategy } = store;
    this.keyDirectory = strategy.type === 'directory' ? new KeyDirectoryTable(this, 'KeyDirectory', kept) : undefined;
    publishStore(this, tier, store.name, {
      kind: 'shardedPostgres',
      engine: 'aurora-postgres',
      database: store.database,
      shardKey: store.shardKey,
      placement: { kind: 'dynamodb', table: this.placement.tableName },
      ...(store.globalDatabase && { secondaries: store.globalDatabase.secondaries.map(({ region }) => region) }),
      ...(this.keyDirectory &&
        strategy.type === 'directory' && {
          keyDirectory: {
            location: { kind: 'dynamodb', table: this.keyDirectory.tableName },
            newKeys: strategy.newKeys,
          },
        }),
    });
    tagStack(this, tier, { store: store.name });
  }
}

/** Synthesizes a store of kind `shardedPostgres`. */
export function synthesizeShardedPostgres(
  scope: Construct,
  tier: TierDefinition,
  store: ShardedPostgresDefinition,
  network: TierNetwork,
): Store {
  const base = new ShardedPostgresStack(scope, tier, store, network);
  const shardStacks = [...shardsByStack(store)];
  const stacks = shardStacks.map(
    ([name, shards]) => new ShardsStack(scope, tier, store, { name, shards, base, network }),
  );
  const globals = shardStacks.flatMap(([name, shards], index) =>
    store.globalDatabase === undefined
      ? []
      : [new GlobalStack(scope, tier, store, { name, shards, before: stacks[index] as ShardsStack })],
  );
  return {
    name: store.name,
    stacks: [base, ...stacks, ...globals],
    ...(base.keyDirectory &&
      store.strategy.type === 'directory' && {
        keyDirectory: { tableArn: base.keyDirectory.tableArn, newKeys: store.strategy.newKeys },
      }),
    key: base.key,
    servers: { securityGroup: base.shardGroup.securityGroup, port: POSTGRES_PORT },
    shardStacks: shardStacks.map(([name]) => name),
    placement: base.placement,
    resourceIds: Object.assign({}, ...stacks.map(({ resourceIds }) => resourceIds)) as Record<string, string>,
    owners: store.shards.map(ownerOf),
  };
}
