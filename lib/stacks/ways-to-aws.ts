import type { Construct } from 'constructs';
import { ClientSecurityGroup, DynamoDbPrefixList, type DatabaseClient } from '../../constructs';
import type { TierDefinition } from '../definition';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';
import type { TierNetwork } from './tier-network';

/** How clients reach the AWS services that tell them where a store is and what to log in with. */
export class WaysToAws {
  private readonly dynamoDb: DynamoDbPrefixList | undefined;

  constructor(
    scope: Construct,
    tier: TierDefinition,
    private readonly network: TierNetwork,
  ) {
    const { logRetention, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    const isSharded = Object.values(tier.stores).some(({ kind }) => kind === 'shardedPostgres');
    this.dynamoDb =
      network.stack && isSharded
        ? new DynamoDbPrefixList(scope, 'DynamoDb', { logRetention, removalPolicy })
        : undefined;
  }

  /** To SSM and Secrets Manager for whoever uses a store, to DynamoDB for whoever uses one that is sharded. */
  openTo(client: DatabaseClient, stores: readonly Store[]): void {
    // Another account's group is in another network, which leads to AWS by ways of its own.
    if (stores.length === 0 || client.ownerAccount !== undefined) return;
    // What somebody else's group reaches of AWS by somebody else's network is no business of ours.
    if (!this.network.stack) return client instanceof ClientSecurityGroup ? client.allowToHttps() : undefined;
    const { endpoints } = this.network.stack;
    if (endpoints) client.allowToEndpoints(endpoints);
    if (this.dynamoDb && stores.some(({ placement }) => placement))
      client.allowToPrefixList(this.dynamoDb.prefixListId);
  }
}
