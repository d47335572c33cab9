import { Duration, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { AuroraShardGroup, KeyDirectoryTable, PlacementTable, POSTGRES_PORT } from '../../constructs';
import type { PostgresVersion, ShardDefinition, ShardedPostgresDefinition, TierDefinition } from '../definition';
import { TOPOLOGY_VERSION } from '../topology';
import { shardStackOf, stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { ownerOf, ShardsStack } from './shards-stack';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';
import { TopologyParameter } from './topology-parameter';

/** Majors only: Aurora picks the minor at birth and upgrades it. */
const ENGINE_VERSIONS: Readonly<Record<PostgresVersion, rds.AuroraPostgresEngineVersion>> = {
  '16': rds.AuroraPostgresEngineVersion.of('16', '16'),
  '17': rds.AuroraPostgresEngineVersion.of('17', '17'),
};

/** What all shards of a store stand on; it names none of them, so that a shard more changes nothing here. */
export class ShardedPostgresStack extends Stack {
  readonly key: kms.IKey;
  readonly shardGroup: AuroraShardGroup;
  readonly placement: PlacementTable;
  readonly keyDirectory: KeyDirectoryTable | undefined;

  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}, what its shards share`);
    super(scope, settings.stackName, settings);
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    const { vpc, dataSubnets } = network.in(this);
    this.key = storeKey(this, tier, store);
    this.shardGroup = new AuroraShardGroup(this, 'Shards', {
      vpc,
      vpcSubnets: dataSubnets,
      name: stackName(tier, store.name),
      engineVersion: ENGINE_VERSIONS[store.version],
      maxConnections: store.maxConnections,
      slowQueryThreshold: Duration.millis(store.slowQueryMs),
      logicalReplication: store.logicalReplication,
      removalPolicy: profile.removalPolicy,
    });
    const { deletionProtection, removalPolicy } = profile;
    const kept = { encryptionKey: this.key, deletionProtection, removalPolicy };
    this.placement = new PlacementTable(this, 'Placement', kept);
    const { strategy } = store;
    this.keyDirectory = strategy.type === 'directory' ? new KeyDirectoryTable(this, 'KeyDirectory', kept) : undefined;
    new TopologyParameter(this, 'Topology', tier, {
      path: ['stores', store.name],
      part: {
        part: 'store',
        version: TOPOLOGY_VERSION,
        store: store.name,
        topology: {
          kind: 'shardedPostgres',
          engine: 'aurora-postgres',
          database: store.database,
          shardKey: store.shardKey,
          placement: { kind: 'dynamodb', table: this.placement.tableName },
          ...(this.keyDirectory &&
            strategy.type === 'directory' && {
              keyDirectory: {
                location: { kind: 'dynamodb', table: this.keyDirectory.tableName },
                newKeys: strategy.newKeys,
              },
            }),
        },
      },
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
  const shardStacks = new Map<string, ShardDefinition[]>();
  for (const shard of store.shards) {
    const stack = shardStackOf(shard.name);
    const shards = shardStacks.get(stack);
    if (shards) shards.push(shard);
    else shardStacks.set(stack, [shard]);
  }
  const stacks = [...shardStacks].map(
    ([name, shards]) => new ShardsStack(scope, tier, store, { name, shards, base, network }),
  );
  return {
    name: store.name,
    stacks: [base, ...stacks],
    ...(base.keyDirectory && { keyDirectory: base.keyDirectory }),
    key: base.key,
    securityGroup: base.shardGroup.securityGroup,
    port: POSTGRES_PORT,
    shardStacks: [...shardStacks.keys()],
    placement: base.placement,
    resourceIds: stacks.flatMap(({ resourceIds }) => resourceIds),
    owners: store.shards.map(ownerOf),
  };
}
