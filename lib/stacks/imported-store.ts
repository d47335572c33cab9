import { Annotations, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { ImportedDefinition, PostgresDefinition, TierDefinition } from '../definition';
import { importedServers } from '../inventory';
import { directServer, publishStore } from './store-part';
import { PROFILE_SETTINGS } from './profile-settings';
import { stackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';

/**
 * A database that the tier routes to and does not own: where it is, for the topology, and the key of the secrets that its clients get. It goes
 * without a trace in the database's own settings.
 */
export class ImportedPostgresStack extends Stack {
  readonly key: kms.IKey;
  readonly securityGroup: ec2.ISecurityGroup;

  constructor(scope: Construct, tier: TierDefinition, store: PostgresDefinition, origin: ImportedDefinition) {
    const settings = stackSettings(tier, [store.name], `store ${store.name}, which is imported`);
    super(scope, settings.stackName, settings);
    this.key = storeKey(this, tier, store);
    // Rules are resources of their own in the client's stack, so nothing here changes the group.
    this.securityGroup = ec2.SecurityGroup.fromSecurityGroupId(this, 'Servers', origin.securityGroupId, {
      mutable: false,
    });
    const { host, port } = origin.primary;
    publishStore(this, tier, store.name, {
      kind: 'postgres',
      engine: origin.engine,
      database: store.database,
      primary: directServer('primary', host, port),
      replicas: Object.entries(origin.replicas).map(([name, replica]) => directServer(name, replica.host, port)),
      owner: origin.secretArn,
    });
    if (PROFILE_SETTINGS[tier.stage.profile].watched) tellOfUnwatched(this, tier, store.name);
    tagStack(this, tier, { store: store.name });
  }
}

/** A stage that watches its servers says which ones it can't. */
function tellOfUnwatched(stack: Stack, tier: TierDefinition, store: string): void {
  const unwatched = importedServers(tier).filter((server) => server.store === store && server.identifier === undefined);
  if (unwatched.length === 0) return;
  const names = unwatched.map(({ name }) => `${store}/${name}`).join(', ');
  Annotations.of(stack).addInfoV2(
    `cdk-polystore:unwatched:${store}`,
    `no alarm watches ${names}, which ${unwatched.length === 1 ? 'is' : 'are'} imported: CloudWatch knows servers by an identifier, which stores.${store}.origin may give`,
  );
}

/** Synthesizes a store of kind `postgres` that is there already. */
export function synthesizeImported(
  scope: Construct,
  tier: TierDefinition,
  store: PostgresDefinition,
  origin: ImportedDefinition,
): Store {
  const stack = new ImportedPostgresStack(scope, tier, store, origin);
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    servers: { securityGroup: stack.securityGroup, port: origin.primary.port },
    shardStacks: [],
    importedSecret: origin.secretArn,
  };
}
