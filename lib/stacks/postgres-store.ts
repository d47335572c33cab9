import { Duration, Size, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { POSTGRES_PORT, PostgresWithReplicas } from '../../constructs';
import type { PostgresDefinition, PostgresVersion, StorageType, TierDefinition } from '../definition';
import { iamServicesOf } from '../definition/iam-services';
import { OWNER_ROLE, TOPOLOGY_VERSION, type ServerTopology } from '../topology';
import { synthesizeImported } from './imported-store';
import { stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';
import { TopologyParameter } from './topology-parameter';

/** Majors only: RDS picks the minor at birth and upgrades it. */
const ENGINE_VERSIONS: Readonly<Record<PostgresVersion, rds.PostgresEngineVersion>> = {
  '16': rds.PostgresEngineVersion.VER_16,
  '17': rds.PostgresEngineVersion.VER_17,
};

const STORAGE_TYPES: Readonly<Record<StorageType, rds.StorageType>> = {
  gp3: rds.StorageType.GP3,
  io1: rds.StorageType.IO1,
  io2: rds.StorageType.IO2,
};

/** One store of kind `postgres`: its key, its servers, what the topology says of them. */
export class PostgresStack extends Stack {
  readonly key: kms.IKey;
  readonly postgres: PostgresWithReplicas;
  readonly owner: string;

  constructor(scope: Construct, tier: TierDefinition, store: PostgresDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}`);
    super(scope, settings.stackName, settings);
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    const { vpc, dataSubnets } = network.in(this);
    this.key = storeKey(this, tier, store);
    const snapshot = store.origin?.kind === 'snapshot' ? store.origin : undefined;
    this.owner = snapshot?.owner ?? OWNER_ROLE;
    this.postgres = new PostgresWithReplicas(this, 'Postgres', {
      vpc,
      vpcSubnets: dataSubnets,
      encryptionKey: this.key,
      identifier: stackName(tier, store.name),
      engineVersion: ENGINE_VERSIONS[store.version],
      instanceType: new ec2.InstanceType(store.class),
      replicas: Object.fromEntries(
        store.replicas.map((replica) => [replica.name, { instanceType: new ec2.InstanceType(replica.class) }]),
      ),
      storage: Size.gibibytes(store.storage.sizeGiB),
      maxStorage: Size.gibibytes(store.storage.maxSizeGiB),
      databaseName: store.database,
      ownerName: this.owner,
      ...(snapshot === undefined ? {} : { snapshotArn: snapshot.arn }),
      maxConnections: store.maxConnections,
      slowQueryThreshold: Duration.millis(store.slowQueryMs),
      storageType: STORAGE_TYPES[store.storage.type],
      ...(store.storage.iops !== undefined && { iops: store.storage.iops }),
      ...(store.storage.throughputMiBps !== undefined && { storageThroughput: store.storage.throughputMiBps }),
      backupRetention: Duration.days(store.backup.retentionDays),
      backupWindow: store.backup.window,
      maintenanceWindow: store.maintenance.window,
      logRetention: profile.logRetention,
      ...(iamServicesOf(tier, store.name).length > 0 && { authentication: 'iam' }),
      multiAz: profile.multiAz,
      deletionProtection: profile.deletionProtection,
      removalPolicy: profile.removalPolicy,
    });
    Validations.of(this.postgres.primary).acknowledge(...profile.withoutStandby, ...profile.withoutProtection);
    for (const replica of Object.values(this.postgres.replicas)) {
      Validations.of(replica).acknowledge(...profile.withoutProtection);
    }
    new TopologyParameter(this, 'Topology', tier, {
      path: ['stores', store.name],
      part: {
        part: 'store',
        version: TOPOLOGY_VERSION,
        store: store.name,
        topology: {
          kind: 'postgres',
          engine: 'postgres',
          database: store.database,
          primary: serverOf('primary', this.postgres.primary),
          replicas: Object.entries(this.postgres.replicas).map(([name, replica]) => serverOf(name, replica)),
          owner: this.postgres.ownerSecret.secretArn,
        },
      },
    });
    tagStack(this, tier, { store: store.name });
  }
}

function serverOf(name: string, instance: rds.IDatabaseInstance): ServerTopology {
  return { name, endpoint: { host: instance.dbInstanceEndpointAddress, port: POSTGRES_PORT, via: 'direct' } };
}

/** Synthesizes a store of kind `postgres`. */
export function synthesizePostgres(
  scope: Construct,
  tier: TierDefinition,
  store: PostgresDefinition,
  network: TierNetwork,
): Store {
  if (store.origin?.kind === 'imported') return synthesizeImported(scope, tier, store, store.origin);
  const stack = new PostgresStack(scope, tier, store, network);
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    securityGroup: stack.postgres.securityGroup,
    port: POSTGRES_PORT,
    shardStacks: [],
    resourceIds: stack.postgres.resourceIds,
    owners: [stack.owner],
  };
}
