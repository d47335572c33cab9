import { Duration, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { AuroraShard, POSTGRES_PORT, type AuroraShardGroup } from '../../constructs';
import type { ShardDefinition, ShardedPostgresDefinition, TierDefinition } from '../definition';
import { OWNER_ROLE, TOPOLOGY_VERSION, type ShardPart } from '../topology';
import { stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { TierNetwork } from './tier-network';
import { TopologyParameter } from './topology-parameter';

export interface ShardsStackProps {
  /** Within the store: see {@link shardStackOf}. */
  readonly name: string;
  readonly shards: readonly ShardDefinition[];
  readonly base: { readonly key: kms.Key; readonly shardGroup: AuroraShardGroup };
  readonly network: TierNetwork;
}

/** At most ten shards of a store. */
export class ShardsStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, props: ShardsStackProps) {
    const settings = statefulStackSettings(tier, [store.name, 'shards', props.name], `shards of store ${store.name}`);
    super(scope, settings.stackName, settings);
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    // By ARN: a grant on the key itself would write to the base stack, and with it to every shard's.
    const key = kms.Key.fromKeyArn(this, 'Key', props.base.key.keyArn);
    // A scope of their own, so that no name of a shard ever meets the name of another part.
    const shardScope = new Construct(this, 'Shards');
    const parts = props.shards.map((definition): [string, ShardPart] => {
      const shard = new AuroraShard(shardScope, definition.name, {
        vpc: props.network.in(this).vpc,
        group: props.base.shardGroup,
        encryptionKey: key,
        identifier: stackName(tier, store.name, definition.name),
        instanceType: new ec2.InstanceType(definition.class),
        databaseName: store.database,
        ownerName: OWNER_ROLE,
        backupRetention: Duration.days(store.backup.retentionDays),
        logRetention: profile.logRetention,
        multiAz: profile.multiAz,
        deletionProtection: profile.deletionProtection,
        removalPolicy: profile.removalPolicy,
      });
      Validations.of(shard.cluster).acknowledge(...profile.withoutProtection);
      const part: ShardPart = {
        primary: shard.cluster.clusterEndpoint.hostname,
        // One reader, reached by the cluster's reader endpoint: its own endpoint would lead to the writer after a failover.
        replicas: profile.multiAz ? { reader: shard.cluster.clusterReadEndpoint.hostname } : {},
        owner: shard.ownerSecret.secretArn,
      };
      return [definition.name, part];
    });
    new TopologyParameter(this, 'Topology', tier, {
      path: ['stores', store.name, 'shards', props.name],
      part: {
        part: 'shards',
        version: TOPOLOGY_VERSION,
        store: store.name,
        stack: props.name,
        port: POSTGRES_PORT,
        shards: Object.fromEntries(parts),
      },
    });
    tagStack(this, tier, { store: store.name });
  }
}
