import type { Construct } from 'constructs';
import { DataNetwork, PrivateEndpoints, ZonedStack } from '../../constructs';
import type { NetworkDefinition, TierDefinition } from '../definition';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';

/** A network of the tier's own. Every store stands on it by strong references, so it can't go before them. */
export class NetworkStack extends ZonedStack {
  readonly network: DataNetwork;
  /** By which the tier's clients reach AWS. */
  readonly endpoints: PrivateEndpoints;

  constructor(
    scope: Construct,
    definition: TierDefinition,
    network: Extract<NetworkDefinition, { readonly kind: 'newVpc' }>,
  ) {
    const settings = statefulStackSettings(definition, ['network'], 'network');
    super(scope, settings.stackName, { ...settings, zones: definition.stage.zones });
    const { removalPolicy, logRetention, multiAz, watched } = PROFILE_SETTINGS[definition.stage.profile];
    this.network = new DataNetwork(this, 'Network', {
      cidr: network.cidr,
      flowLogRetention: logRetention,
      flowLogRemovalPolicy: removalPolicy,
    });
    const { vpc, dataSubnets } = this.network;
    const oneZone = { subnets: vpc.isolatedSubnets.slice(0, 1) };
    this.endpoints = new PrivateEndpoints(this, 'Endpoints', {
      vpc,
      // They are billed by zone and hour: a stage that may be away while a zone is pays for one.
      vpcSubnets: multiAz ? dataSubnets : oneZone,
      // Nothing but proofs ask RDS, and only where somebody listens: those of encryption and zones are skipped while the zone is away.
      ...(watched && { rdsSubnets: oneZone }),
      description: `Ways to AWS of ${definition.name}/${definition.stage.name}`,
    });
    tagStack(this, definition);
  }
}
