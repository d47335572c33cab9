import { Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { POSTGRES_PORT, PostgresReplicasElsewhere } from '../../constructs';
import type { PostgresDefinition, TierDefinition } from '../definition';
import { serverName } from './names';
import { directServer } from './store-part';
import { postgresServers } from './postgres-settings';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';

/**
 * The replicas of one store in another region than its primary's: their key and servers. It refers to no stack of another region, whose ARN it
 * puts together instead; what the topology there says of them is for the access stack, which knows both sides.
 */
export class ReplicasElsewhereStack extends Stack {
  readonly key: kms.IKey;
  readonly postgres: PostgresReplicasElsewhere;

  /** `tier`: what there is of the tier in the region. */
  constructor(scope: Construct, tier: TierDefinition, store: PostgresDefinition, network: TierNetwork) {
    const { awayFrom, env } = tier.stage;
    if (awayFrom === undefined) throw new TypeError('the tier is at home, where replicas stand beside their primary');
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}, its replicas in ${env?.region}`);
    super(scope, settings.stackName, settings);
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    this.key = storeKey(this, tier, store);
    this.postgres = new PostgresReplicasElsewhere(this, 'Postgres', {
      ...postgresServers(this, tier, store, { network, encryptionKey: this.key }),
      source: { identifier: serverName(tier, store.name, 'primary'), region: awayFrom },
      replicas: Object.fromEntries(
        store.replicas.map((replica) => [replica.name, { instanceType: new ec2.InstanceType(replica.class) }]),
      ),
    });
    for (const replica of Object.values(this.postgres.replicas)) {
      Validations.of(replica).acknowledge(...profile.withoutProtection);
    }
    tagStack(this, tier, { store: store.name });
  }
}

/** Synthesizes what a store has in another region than its own. `primary`: the store at home. */
export function synthesizeReplicasElsewhere(
  scope: Construct,
  tier: TierDefinition,
  store: PostgresDefinition,
  { network, primary }: { readonly network: TierNetwork; readonly primary: Store },
): Store {
  const stack = new ReplicasElsewhereStack(scope, tier, store, network);
  // The primary is known by its identifier only, and has to be there.
  for (const before of primary.stacks) stack.addStackDependency(before);
  if (primary.postgres === undefined) {
    throw new TypeError(`store ${store.name} has no primary of its own, and no rule noticed`);
  }
  const { elsewhere = [], ...topology } = primary.postgres;
  const others = elsewhere.filter(({ region }) => region !== stack.region);
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    servers: { securityGroup: stack.postgres.securityGroup, port: POSTGRES_PORT },
    shardStacks: [],
    postgres: {
      ...topology,
      primary: { ...topology.primary, ...(tier.stage.awayFrom !== undefined && { region: tier.stage.awayFrom }) },
      replicas: Object.entries(stack.postgres.replicas).map(([name, replica]) =>
        directServer(name, replica.dbInstanceEndpointAddress, POSTGRES_PORT),
      ),
      ...(others.length > 0 && { elsewhere: others }),
    },
  };
}
