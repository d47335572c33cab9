import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { NEPTUNE_PORT, NeptuneCluster, type NeptuneCapacity } from '../../constructs';
import type { NeptuneDefinition, TierDefinition } from '../definition';
import { parameterName, serverName } from './names';
import { directServer, publishStore } from './store-part';
import { PROFILE_SETTINGS } from './profile-settings';
import { acknowledgeShortBackups } from './short-backups';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';

/** One store of kind `neptune`: its key, its cluster, what the topology says of it, and what policies call it. */
export class NeptuneStack extends Stack {
  readonly key: kms.IKey;
  readonly cluster: NeptuneCluster;
  /** Name of the parameter that holds what policies call the cluster. */
  readonly idParameter: string;

  constructor(scope: Construct, tier: TierDefinition, store: NeptuneDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}`);
    super(scope, settings.stackName, settings);
    const { deletionProtection, removalPolicy, logRetention } = PROFILE_SETTINGS[tier.stage.profile];
    const { vpc, dataSubnets } = network.in(this);
    this.key = storeKey(this, tier, store, { logGroupPrefix: '/aws/neptune/' });
    this.cluster = new NeptuneCluster(this, 'Neptune', {
      vpc,
      vpcSubnets: dataSubnets,
      identifier: serverName(tier, store.name),
      encryptionKey: this.key,
      engineVersion: store.version,
      capacity: capacityOf(store),
      readers: store.servers.readers,
      backupRetention: Duration.days(store.backup.retentionDays),
      backupWindow: store.backup.window,
      maintenanceWindow: store.maintenance.window,
      slowQueryThreshold: Duration.millis(store.slowQueryMs),
      logRetention,
      deletionProtection,
      removalPolicy,
    });
    acknowledgeShortBackups(this.cluster, store.backup, 'AwsSolutions-N3');
    this.idParameter = parameterName(tier, 'clusters', store.name);
    new ssm.StringParameter(this, 'ClusterId', {
      parameterName: this.idParameter,
      description: `What policies call the cluster of store ${store.name} of ${tier.name}/${tier.stage.name}`,
      stringValue: this.cluster.clusterResourceId,
    });
    publishStore(this, tier, store.name, {
      kind: 'neptune',
      primary: directServer('primary', this.cluster.endpoint, NEPTUNE_PORT),
      replicas:
        store.servers.readers === 0 ? [] : [directServer('replicas', this.cluster.readerEndpoint, NEPTUNE_PORT)],
      iam: { region: this.region },
    });
    tagStack(this, tier, { store: store.name });
  }
}

function capacityOf({ servers }: NeptuneDefinition): NeptuneCapacity {
  return servers.kind === 'serverless' ? servers.capacity : { instanceType: new ec2.InstanceType(servers.class) };
}

/** Synthesizes a store of kind `neptune`. */
export function synthesizeNeptune(
  scope: Construct,
  tier: TierDefinition,
  store: NeptuneDefinition,
  network: TierNetwork,
): Store {
  const stack = new NeptuneStack(scope, tier, store, network);
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    servers: { securityGroup: stack.cluster.securityGroup, port: NEPTUNE_PORT },
    shardStacks: [],
    graph: { idParameter: stack.idParameter },
  };
}
