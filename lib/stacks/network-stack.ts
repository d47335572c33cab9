import type { Construct } from 'constructs';
import { DataNetwork, ZonedStack } from '../../constructs';
import type { NetworkDefinition, TierDefinition } from '../definition';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';

/** A network of the tier's own. Every store stands on it by strong references, so it can't go before them. */
export class NetworkStack extends ZonedStack {
  readonly network: DataNetwork;

  constructor(
    scope: Construct,
    definition: TierDefinition,
    network: Extract<NetworkDefinition, { readonly kind: 'newVpc' }>,
  ) {
    const settings = statefulStackSettings(definition, ['network'], 'network');
    super(scope, settings.stackName, { ...settings, zones: definition.stage.zones });
    const { removalPolicy, logRetention } = PROFILE_SETTINGS[definition.stage.profile];
    this.network = new DataNetwork(this, 'Network', {
      cidr: network.cidr,
      flowLogRetention: logRetention,
      flowLogRemovalPolicy: removalPolicy,
    });
    tagStack(this, definition);
  }
}
