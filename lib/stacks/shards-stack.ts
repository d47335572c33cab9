import { Stack, Validations } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { AuroraShard, POSTGRES_PORT, type AuroraShardGroup } from '../../constructs';
import type { ShardDefinition, ShardedPostgresDefinition, TierDefinition } from '../definition';
import { OWNER_ROLE, TOPOLOGY_VERSION, type ShardPart } from '../topology';
import { PROFILE_SETTINGS } from './profile-settings';
import { shardServers } from './shard-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { TierNetwork } from './tier-network';
import { TopologyParameter } from './topology-parameter';

export interface ShardsStackProps {
  /** Within the store: see {@link shardStackOf}. */
  readonly name: string;
  readonly shards: readonly ShardDefinition[];
  readonly base: { readonly key: kms.IKey; readonly shardGroup: AuroraShardGroup };
  readonly network: TierNetwork;
}

/** At most ten shards of a store. */
export class ShardsStack extends Stack {
  /** Its clusters, as policies name them, by shard. */
  readonly resourceIds: Readonly<Record<string, string>>;

  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, props: ShardsStackProps) {
    const settings = statefulStackSettings(tier, [store.name, 'shards', props.name], `shards of store ${store.name}`);
    super(scope, settings.stackName, settings);
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    // By ARN: a grant on the key itself would write to the base stack, and with it to every shard's.
    const key = kms.Key.fromKeyArn(this, 'Key', props.base.key.keyArn);
    // A scope of their own, so that no name of a shard ever meets the name of another part.
    const shardScope = new Construct(this, 'Shards');
    const resourceIds: Record<string, string> = {};
    this.resourceIds = resourceIds;
    const parts = props.shards.map((definition): [string, ShardPart] => {
      const { readers } = definition;
      const shard = new AuroraShard(shardScope, definition.name, {
        ...shardServers(tier, store, definition),
        vpc: props.network.in(this).vpc,
        group: props.base.shardGroup,
        encryptionKey: key,
        databaseName: store.database,
        ownerName: ownerOf(definition),
        ...(definition.origin === undefined ? {} : { snapshotArn: definition.origin.arn }),
        ...(readers.autoscaling && {
          readerAutoscaling: { maxReaders: readers.autoscaling.max, cpuPercent: readers.autoscaling.cpuPercent },
        }),
      });
      resourceIds[definition.name] = shard.cluster.clusterResourceIdentifier;
      Validations.of(shard.cluster).acknowledge(...profile.withoutProtection);
      const part: ShardPart = {
        primary: shard.cluster.clusterEndpoint.hostname,
        // However many readers, one name, that of the cluster's reader endpoint: its own endpoint would lead to the writer after a failover.
        replicas: readers.min > 0 ? { reader: shard.cluster.clusterReadEndpoint.hostname } : {},
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

/** The role that owns a shard's database: a snapshot keeps its own. */
export function ownerOf({ origin }: ShardDefinition): string {
  return origin?.owner ?? OWNER_ROLE;
}
