import type { Construct } from 'constructs';
import { ClientSecurityGroup, DynamoDbPrefixList, type DatabaseClient } from '../../constructs';
import type { TierDefinition } from '../definition';
import { callsDynamoDb } from '../definition/network/called-services';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';
import type { TierNetwork } from './tier-network';

/** How clients reach the AWS services that tell them where a store is and what to log in with. */
export class WaysToAws {
  private readonly dynamoDb: DynamoDbPrefixList | undefined;
  /** Names of the stores whose users call DynamoDB. */
  private readonly callers: ReadonlySet<string>;

  constructor(
    scope: Construct,
    tier: TierDefinition,
    private readonly network: TierNetwork,
  ) {
    const { logRetention, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    this.callers = new Set(
      Object.values(tier.stores)
        .filter(callsDynamoDb)
        .map(({ name }) => name),
    );
    this.dynamoDb =
      network.stack && this.callers.size > 0
        ? new DynamoDbPrefixList(scope, 'DynamoDb', { logRetention, removalPolicy })
        : undefined;
  }

  /** To SSM and Secrets Manager for whoever uses a store, to DynamoDB for whoever uses one that is asked there. */
  openTo(client: DatabaseClient, stores: readonly Store[]): void {
    // Another account's group is in another network, which leads to AWS by ways of its own.
    if (stores.length === 0 || client.ownerAccount !== undefined) return;
    // What somebody else's group reaches of AWS by somebody else's network is no business of ours.
    if (!this.network.stack) return client instanceof ClientSecurityGroup ? client.allowToHttps() : undefined;
    const { endpoints } = this.network.stack;
    if (endpoints) client.allowToEndpoints(endpoints);
    if (this.dynamoDb && stores.some(({ name }) => this.callers.has(name)))
      client.allowToPrefixList(this.dynamoDb.prefixListId);
  }
}
