import { Stack, Validations } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { AuroraSecondary, POSTGRES_PORT, type AuroraShardGroup } from '../../constructs';
import type { ShardDefinition, ShardedPostgresDefinition, TierDefinition } from '../definition';
import { serverName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { shardBase, shardsByStack, shardServers, type ShardBase } from './shard-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import type { TierNetwork } from './tier-network';

/** What the copies of all shards of a store share in a region: their key, subnets, security group and parameters. */
class SecondariesBaseStack extends Stack implements ShardBase {
  readonly key: kms.IKey;
  readonly shardGroup: AuroraShardGroup;

  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, network: TierNetwork) {
    const what = `store ${store.name}, what copies of its shards share in ${tier.stage.env?.region}`;
    const settings = statefulStackSettings(tier, [store.name], what);
    super(scope, settings.stackName, settings);
    ({ key: this.key, shardGroup: this.shardGroup } = shardBase(this, tier, store, network));
    tagStack(this, tier, { store: store.name });
  }
}

interface SecondariesStackProps {
  /** As the stack at home whose shards these follow. */
  readonly name: string;
  readonly shards: readonly ShardDefinition[];
  /** Exact, of every cluster that follows another. */
  readonly engineVersion: string;
  readonly base: ShardBase;
  readonly network: TierNetwork;
}

/** Copies of the shards of one stack. */
class SecondariesStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, store: ShardedPostgresDefinition, props: SecondariesStackProps) {
    const what = `store ${store.name}, copies of its shards in ${tier.stage.env?.region}`;
    const settings = statefulStackSettings(tier, [store.name, 'shards', props.name], what);
    super(scope, settings.stackName, settings);
    // By ARN, as at home: a grant on the key itself would write to the base stack.
    const key = kms.Key.fromKeyArn(this, 'Key', props.base.key.keyArn);
    const shardScope = new Construct(this, 'Shards');
    for (const shard of props.shards) {
      const copy = new AuroraSecondary(shardScope, shard.name, {
        ...shardServers(tier, store, shard),
        vpc: props.network.in(this).vpc,
        group: props.base.shardGroup,
        encryptionKey: key,
        engineVersion: props.engineVersion,
        // By the name that the shard has at home.
        globalCluster: serverName(tier, store.name, shard.name),
      });
      Validations.of(copy.cluster).acknowledge(...PROFILE_SETTINGS[tier.stage.profile].withoutProtection);
    }
    tagStack(this, tier, { store: store.name });
  }
}

/** Synthesizes the copies of a store's shards in another region than its own. `home`: the store at home. They refer to nothing there. */
export function synthesizeSecondaries(
  scope: Construct,
  tier: TierDefinition,
  store: ShardedPostgresDefinition,
  { network, home }: { readonly network: TierNetwork; readonly home: Store },
): Store {
  if (store.globalDatabase === undefined) {
    throw new TypeError(`store ${store.name} has copies in no other region, and no rule noticed`);
  }
  const { version: engineVersion } = store.globalDatabase;
  const base = new SecondariesBaseStack(scope, tier, store, network);
  const stacks = [...shardsByStack(store)].map(([name, shards]) => {
    const stack = new SecondariesStack(scope, tier, store, { name, shards, engineVersion, base, network });
    // What they join is known by its identifier only, and has to be there.
    for (const before of home.stacks) stack.addStackDependency(before);
    return stack;
  });
  return {
    name: store.name,
    stacks: [base, ...stacks],
    key: base.key,
    servers: { securityGroup: base.shardGroup.securityGroup, port: POSTGRES_PORT },
    shardStacks: [],
  };
}
