import type { Construct } from 'constructs';
import {
  CHANGE_CACHE_USERS,
  DataNetwork,
  DESCRIBE_CACHES,
  PrivateEndpoints,
  ZonedStack,
  type IDataNetwork,
  type PrivateEndpointsProps,
} from '../../constructs';
import type { NetworkDefinition, TierDefinition } from '../definition';
import { backupsToldBy, callsSecretsManager } from '../definition/network/called-services';
import { assumesRoles } from '../definition/services/iam';
import { isInUse } from '../definition/regions/tier-in-region';
import { changesCacheUsers } from '../inventory';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';

/** A network of the tier's own. Every store stands on it by strong references, so it can't go before them. */
export class NetworkStack extends ZonedStack {
  readonly network: DataNetwork;
  /** By which the tier's clients reach AWS; none where nobody does. */
  readonly endpoints: PrivateEndpoints | undefined;

  constructor(
    scope: Construct,
    definition: TierDefinition,
    network: Extract<NetworkDefinition, { readonly kind: 'newVpc' }>,
  ) {
    const settings = statefulStackSettings(definition, ['network'], 'network');
    super(scope, settings.stackName, { ...settings, zones: definition.stage.zones });
    const profile = PROFILE_SETTINGS[definition.stage.profile];
    const { removalPolicy, logRetention } = profile;
    this.network = new DataNetwork(this, 'Network', {
      cidr: network.cidr,
      flowLogRetention: logRetention,
      flowLogRemovalPolicy: removalPolicy,
    });
    this.endpoints = isInUse(definition)
      ? new PrivateEndpoints(this, 'Endpoints', {
          vpc: this.network.vpc,
          ...endpointSubnets(this.network, definition),
          description: `Ways to AWS of ${definition.name}/${definition.stage.name}`,
        })
      : undefined;
    tagStack(this, definition);
  }
}

/** Which ways to AWS a tier needs, and where they stand in its network. */
export function endpointSubnets(
  { vpc, dataSubnets }: IDataNetwork,
  definition: TierDefinition,
): Pick<PrivateEndpointsProps, 'vpcSubnets' | 'services' | 'rdsSubnets' | 'stsSubnets' | 'elastiCache'> {
  const { multiAz, watched } = PROFILE_SETTINGS[definition.stage.profile];
  const oneZone = { subnets: vpc.isolatedSubnets.slice(0, 1) };
  // They are billed by zone and hour: a stage that may be away while a zone is pays for one.
  const vpcSubnets = multiAz ? dataSubnets : oneZone;
  const stores = Object.values(definition.stores);
  const told = (service: ReturnType<typeof backupsToldBy>) => stores.some((store) => backupsToldBy(store) === service);
  const ofCaches = [
    ...(watched && told('elasticache') ? DESCRIBE_CACHES : []),
    ...(changesCacheUsers(definition) ? CHANGE_CACHE_USERS : []),
  ];
  return {
    vpcSubnets,
    services: ['Ssm', ...(stores.some(callsSecretsManager) ? ['SecretsManager' as const] : [])],
    ...(assumesRoles(definition) && { stsSubnets: vpcSubnets }),
    // Nothing but proofs ask RDS, and only where somebody listens: those of encryption, zones and backups are skipped while the zone is away.
    ...(watched && told('rds') && { rdsSubnets: oneZone }),
    // The same of snapshots of caches; a rotation that fails meanwhile is tried again.
    ...(ofCaches.length > 0 && { elastiCache: { subnets: oneZone, actions: ofCaches } }),
  };
}
