import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { GlobalDatabase } from '../../constructs';
import type { ShardDefinition, ShardedPostgresDefinition, TierDefinition } from '../definition';
import { PROFILE_SETTINGS } from './profile-settings';
import { shardIdentifier } from './shard-settings';
import { statefulStackSettings, tagStack } from './stack-settings';

export interface GlobalStackProps {
  /** The stack's name within the store, that of the stack of its shards. */
  readonly name: string;
  readonly shards: readonly ShardDefinition[];
  /** The stack of the shards, which has to be there. */
  readonly before: Stack;
}

/** Makes the shards of one stack primaries that clusters of other regions can follow. Apart from them, so that their own stack does not change. */
export class GlobalStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, props: GlobalStackProps) {
    const settings = statefulStackSettings(
      tier,
      [store.name, 'global', props.name],
      `store ${store.name}, what follows its shards from other regions`,
    );
    super(scope, settings.stackName, settings);
    this.addStackDependency(props.before);
    const { deletionProtection, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    const shardScope = new Construct(this, 'Shards');
    for (const shard of props.shards) {
      const identifier = shardIdentifier(tier, store, shard);
      new GlobalDatabase(shardScope, shard.name, { identifier, deletionProtection, removalPolicy });
    }
    tagStack(this, tier, { store: store.name });
  }
}
