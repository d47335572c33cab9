import { Duration, Size, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { POSTGRES_PORT, PostgresWithReplicas } from '../../constructs';
import type { PostgresDefinition, TierDefinition } from '../definition';
import { OWNER_ROLE, type PostgresPart, type ServerTopology } from '../topology';
import { synthesizeImported } from './imported-store';
import { directServer, publishStore } from './store-part';
import { postgresServers } from './postgres-settings';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import type { TierNetwork } from './tier-network';

/** One store of kind `postgres`: its key, its servers, what the topology says of them. */
export class PostgresStack extends Stack {
  readonly key: kms.IKey;
  readonly postgres: PostgresWithReplicas;
  readonly owner: string;
  /** What the topology says of it. */
  readonly topology: PostgresPart;

  constructor(scope: Construct, tier: TierDefinition, store: PostgresDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}`);
    super(scope, settings.stackName, settings);
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    this.key = storeKey(this, tier, store);
    const snapshot = store.origin?.kind === 'snapshot' ? store.origin : undefined;
    this.owner = snapshot?.owner ?? OWNER_ROLE;
    this.postgres = new PostgresWithReplicas(this, 'Postgres', {
      ...postgresServers(this, tier, store, { network, encryptionKey: this.key }),
      instanceType: new ec2.InstanceType(store.class),
      replicas: Object.fromEntries(
        store.replicas.map((replica) => [replica.name, { instanceType: new ec2.InstanceType(replica.class) }]),
      ),
      storage: Size.gibibytes(store.storage.sizeGiB),
      databaseName: store.database,
      ownerName: this.owner,
      ...(snapshot === undefined ? {} : { snapshotArn: snapshot.arn }),
      backupRetention: Duration.days(store.backup.retentionDays),
      backupWindow: store.backup.window,
      multiAz: profile.multiAz,
    });
    Validations.of(this.postgres.primary).acknowledge(...profile.withoutStandby, ...profile.withoutProtection);
    for (const replica of Object.values(this.postgres.replicas)) {
      Validations.of(replica).acknowledge(...profile.withoutProtection);
    }
    this.topology = {
      kind: 'postgres',
      engine: 'postgres',
      database: store.database,
      primary: serverOf('primary', this.postgres.primary),
      replicas: Object.entries(this.postgres.replicas).map(([name, replica]) => serverOf(name, replica)),
      ...(store.elsewhere !== undefined && {
        elsewhere: store.elsewhere.map(({ name, region }) => ({ name, region })),
      }),
      owner: this.postgres.ownerSecret.arn,
    };
    publishStore(this, tier, store.name, this.topology);
    tagStack(this, tier, { store: store.name });
  }
}

const serverOf = (name: string, { dbInstanceEndpointAddress }: rds.IDatabaseInstance): ServerTopology =>
  directServer(name, dbInstanceEndpointAddress, POSTGRES_PORT);

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
    servers: { securityGroup: stack.postgres.securityGroup, port: POSTGRES_PORT },
    shardStacks: [],
    resourceIds: stack.postgres.resourceIds,
    owners: [stack.owner],
    postgres: stack.topology,
  };
}
