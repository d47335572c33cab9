import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import {
  DOCUMENTDB_PORT,
  DocumentDbCluster,
  DocumentDbElasticCluster,
  type DocumentDbCapacity,
} from '../../constructs';
import { DOCUMENTDB_VERSIONS } from '../catalog';
import type { DocumentDbDefinition, DocumentDbServers, TierDefinition } from '../definition';
import { DOCUMENT_OWNER, type DocumentDbPart } from '../topology';
import { serverName } from './names';
import { directServer, publishStore } from './store-part';
import { PROFILE_SETTINGS } from './profile-settings';
import { acknowledgeShortBackups } from './short-backups';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';

/** One store of kind `documentdb`: its key, its cluster, what the topology says of it. */
export class DocumentDbStack extends Stack {
  readonly key: kms.IKey;
  readonly cluster: DocumentDbCluster | DocumentDbElasticCluster;

  constructor(scope: Construct, tier: TierDefinition, store: DocumentDbDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}`);
    super(scope, settings.stackName, settings);
    const isElastic = store.servers.kind === 'elastic';
    this.key = storeKey(this, tier, store, { logGroupPrefix: isElastic ? 'none' : '/aws/docdb/' });
    this.cluster = clusterOf(this, tier, store, network);
    if (!isElastic) acknowledgeShortBackups(this.cluster, store.backup, 'AwsSolutions-DOC4');
    publishStore(this, tier, store.name, partOf(store, this.cluster));
    tagStack(this, tier, { store: store.name });
  }
}

function clusterOf(
  stack: DocumentDbStack,
  tier: TierDefinition,
  store: DocumentDbDefinition,
  network: TierNetwork,
): DocumentDbCluster | DocumentDbElasticCluster {
  const { deletionProtection, removalPolicy, logRetention } = PROFILE_SETTINGS[tier.stage.profile];
  const { vpc, dataSubnets } = network.in(stack);
  const { servers, backup, maintenance } = store;
  const common = {
    vpc,
    vpcSubnets: dataSubnets,
    identifier: serverName(tier, store.name),
    encryptionKey: stack.key,
    ownerName: DOCUMENT_OWNER,
    backupRetention: Duration.days(backup.retentionDays),
    backupWindow: backup.window,
    maintenanceWindow: maintenance.window,
    removalPolicy,
  };
  if (servers.kind === 'elastic') {
    return new DocumentDbElasticCluster(stack, 'Elastic', {
      ...common,
      shards: servers.shards,
      vcpuPerServer: servers.vcpu,
      serversPerShard: servers.servers,
    });
  }
  return new DocumentDbCluster(stack, 'Documents', {
    ...common,
    engineVersion: DOCUMENTDB_VERSIONS[store.version],
    capacity: capacityOf(servers),
    readers: servers.readers,
    slowOperationThreshold: Duration.millis(store.slowOperationMs),
    logRetention,
    deletionProtection,
  });
}

const capacityOf = (servers: Exclude<DocumentDbServers, { readonly kind: 'elastic' }>): DocumentDbCapacity =>
  servers.kind === 'serverless' ? servers.capacity : { instanceType: new ec2.InstanceType(servers.class) };

/** @see https://docs.aws.amazon.com/documentdb/latest/developerguide/connect-to-replica-set.html */
const REPLICA_SET = 'rs0';

function partOf(
  { name, servers }: DocumentDbDefinition,
  cluster: DocumentDbCluster | DocumentDbElasticCluster,
): DocumentDbPart {
  return {
    kind: 'documentdb',
    database: name,
    ...(servers.kind !== 'elastic' && { replicaSet: REPLICA_SET }),
    primary: directServer('primary', cluster.endpoint, DOCUMENTDB_PORT),
    replicas:
      cluster instanceof DocumentDbCluster && servers.kind !== 'elastic' && servers.readers > 0
        ? [directServer('replicas', cluster.readerEndpoint, DOCUMENTDB_PORT)]
        : [],
    owner: cluster.ownerSecret.secretArn,
  };
}

/** Synthesizes a store of kind `documentdb`. */
export function synthesizeDocumentDb(
  scope: Construct,
  tier: TierDefinition,
  store: DocumentDbDefinition,
  network: TierNetwork,
): Store {
  const stack = new DocumentDbStack(scope, tier, store, network);
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    servers: { securityGroup: stack.cluster.securityGroup, port: DOCUMENTDB_PORT },
    shardStacks: [],
    owners: [DOCUMENT_OWNER],
    // What the administrator of an elastic cluster may change of himself is written nowhere.
    ...(store.servers.kind !== 'elastic' && { rotatedOwner: stack.cluster.ownerSecret.secretArn }),
    ...(stack.cluster instanceof DocumentDbElasticCluster && { elasticClusterArn: stack.cluster.clusterArn }),
  };
}
