import type { NetworkDefinition, StoreDefinition, TierDefinition } from '../definition';
import { backupsToldBy, callsDynamoDb, callsSecretsManager } from '../definition/network/called-services';
import { assumesRoles } from '../definition/services/iam';
import { PROFILES } from '../definition/stages/profile';
import { stackName } from '../definition/names/stacks';
import { isInUse } from '../definition/regions/tier-in-region';
import type { ResourceGroup } from './inventory';
import { changesCacheUsers } from './kit-functions';
import { isWatched } from './operations-inventory';

/** The stack `network`: a VPC with a subnet a zone, its flow logs, and the ways to AWS; nothing where the network is there already. */
export function networkInventory(tier: TierDefinition): readonly ResourceGroup[] {
  if (tier.network.kind === 'existingVpc') return endpointsInventory(tier, tier.network);
  const zones = zonesOf(tier);
  return [
    {
      stack: stackName(tier, 'network'),
      part: 'network',
      resources: {
        'AWS::EC2::VPC': 1,
        'AWS::EC2::Subnet': zones,
        'AWS::EC2::RouteTable': zones,
        'AWS::EC2::SubnetRouteTableAssociation': zones,
        'AWS::EC2::FlowLog': 1,
        'AWS::IAM::Role': 1,
        'AWS::IAM::Policy': 1,
        'AWS::Logs::LogGroup': 1,
        // Those of interfaces have a security group; the one of DynamoDB is a route.
        ...(makesEndpoints(tier) && {
          'AWS::EC2::VPCEndpoint': interfaceEndpointsOf(tier) + 1,
          'AWS::EC2::SecurityGroup': 1,
        }),
      },
    },
  ];
}

/** The stack `endpoints`: the ways to AWS in a VPC that is there already, where the tier makes them. */
function endpointsInventory(
  tier: TierDefinition,
  { endpoints, dataRouteTableIds }: Extract<NetworkDefinition, { readonly kind: 'existingVpc' }>,
): readonly ResourceGroup[] {
  if (endpoints === 'provided' || !isInUse(tier)) return [];
  const routes = dataRouteTableIds === undefined ? 0 : 1;
  return [
    {
      stack: stackName(tier, 'endpoints'),
      part: 'network',
      resources: {
        'AWS::EC2::VPCEndpoint': interfaceEndpointsOf(tier) + routes,
        'AWS::EC2::SecurityGroup': 1,
      },
    },
  ];
}

/** Whether the tier makes its own ways to AWS. */
export const makesEndpoints = (tier: TierDefinition): boolean =>
  isInUse(tier) && (tier.network.kind === 'newVpc' || tier.network.endpoints === 'create');

const has = ({ stores }: TierDefinition, is: (store: StoreDefinition) => boolean): boolean =>
  Object.values(stores).some(is);

/** Of SSM, of Secrets Manager where somebody logs in with a secret, and of STS where somebody assumes a role. */
const interfacesIn = (tier: TierDefinition): number =>
  1 + (has(tier, callsSecretsManager) ? 1 : 0) + (assumesRoles(tier) ? 1 : 0);

/**
 * Services whose endpoint stands in one zone: in a stage that is watched those that know its servers and caches, and ElastiCache where it is told new
 * passwords.
 */
const oneZoneServices = (tier: TierDefinition): readonly ('rds' | 'elasticache')[] =>
  (['rds', 'elasticache'] as const).filter(
    (service) =>
      (isWatched(tier) && has(tier, (store) => backupsToldBy(store) === service)) ||
      (service === 'elasticache' && changesCacheUsers(tier)),
  );

/** Interface endpoints that the tier makes. */
export const interfaceEndpointsOf = (tier: TierDefinition): number =>
  makesEndpoints(tier) ? interfacesIn(tier) + oneZoneServices(tier).length : 0;

/** Interface endpoints by the zones that each stands in, added up: what they are billed by. */
export function endpointZonesOf(tier: TierDefinition): number {
  if (!makesEndpoints(tier)) return 0;
  const zones = PROFILES[tier.stage.profile].multiAz ? zonesOf(tier) : 1;
  return interfacesIn(tier) * zones + oneZoneServices(tier).length;
}

function zonesOf({ stage: { zones } }: TierDefinition): number {
  return 'names' in zones ? zones.names.length : zones.count;
}

/**
 * Names of the AWS services that a stage's functions and services call from inside its network, as endpoints have them: `ssm`. Its own network
 * has endpoints for all of them; one that is there already must have a way to each.
 */
export function servicesCalledBy(tier: TierDefinition): readonly string[] {
  return [
    'ssm',
    ...(has(tier, callsSecretsManager) ? ['secretsmanager'] : []),
    ...(has(tier, callsDynamoDb) ? ['dynamodb'] : []),
    ...(assumesRoles(tier) ? ['sts'] : []),
    ...oneZoneServices(tier),
  ];
}
