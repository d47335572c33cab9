import { Duration, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import { AuroraShardGroup, type AuroraServersProps, type ShardCapacity } from '../../constructs';
import type { PostgresVersion, ShardDefinition, ShardedPostgresDefinition, TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/services/iam';
import { shardName, shardStackOf, stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';

/** Majors only: Aurora picks the minor at birth and upgrades it. */
const ENGINE_VERSIONS: Readonly<Record<PostgresVersion, rds.AuroraPostgresEngineVersion>> = {
  '16': rds.AuroraPostgresEngineVersion.of('16', '16'),
  '17': rds.AuroraPostgresEngineVersion.of('17', '17'),
};

/** What all shards of a store share in one region. */
export interface ShardBase {
  readonly key: kms.IKey;
  readonly shardGroup: AuroraShardGroup;
}

/** Makes in `stack` what all shards of a store share in its region. */
export function shardBase(
  stack: Stack,
  tier: TierDefinition,
  store: ShardedPostgresDefinition,
  network: TierNetwork,
): ShardBase {
  const { vpc, dataSubnets } = network.in(stack);
  const key = storeKey(stack, tier, store);
  const shardGroup = new AuroraShardGroup(stack, 'Shards', {
    vpc,
    vpcSubnets: dataSubnets,
    name: stackName(tier, store.name),
    engineVersion: ENGINE_VERSIONS[store.version],
    maxConnections: store.maxConnections,
    slowQueryThreshold: Duration.millis(store.slowQueryMs),
    logicalReplication: store.logicalReplication,
    removalPolicy: PROFILE_SETTINGS[tier.stage.profile].removalPolicy,
  });
  return { key, shardGroup };
}

/** What the servers of a shard are made with, in whichever region they stand. */
export function shardServers(
  tier: TierDefinition,
  store: ShardedPostgresDefinition,
  shard: ShardDefinition,
): Omit<AuroraServersProps, 'vpc' | 'group' | 'encryptionKey'> {
  const { logRetention, deletionProtection, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
  return {
    identifier: shardIdentifier(tier, store, shard),
    capacity: capacityOf(shard),
    backupRetention: Duration.days(store.backup.retentionDays),
    backupWindow: store.backup.window,
    maintenanceWindow: store.maintenance.window,
    ...(store.storageType === 'ioOptimized' && { storageType: rds.DBClusterStorageType.AURORA_IOPT1 }),
    logRetention,
    ...(iamServicesOf(tier, store.name).length > 0 && { authentication: 'iam' }),
    readers: shard.readers.min,
    deletionProtection,
    removalPolicy,
  };
}

/** A shard's cluster, or its copy where the tier is that of another region. */
export const shardIdentifier = (
  tier: TierDefinition,
  { name }: ShardedPostgresDefinition,
  shard: ShardDefinition,
): string => shardName(tier, name, shard.name);

/** Shards by the stack that they live in. */
export function shardsByStack(store: ShardedPostgresDefinition): ReadonlyMap<string, readonly ShardDefinition[]> {
  const stacks = new Map<string, ShardDefinition[]>();
  for (const shard of store.shards) {
    const stack = shardStackOf(shard.name);
    const shards = stacks.get(stack);
    if (shards) shards.push(shard);
    else stacks.set(stack, [shard]);
  }
  return stacks;
}

function capacityOf({ class: name, acu }: ShardDefinition): ShardCapacity {
  if (name !== 'serverless') return { instanceType: new ec2.InstanceType(name) };
  if (acu === undefined) throw new TypeError('a serverless shard has no range, and nobody noticed');
  const { autoPauseAfterSeconds, ...range } = acu;
  return autoPauseAfterSeconds === undefined
    ? range
    : { ...range, autoPauseAfter: Duration.seconds(autoPauseAfterSeconds) };
}
