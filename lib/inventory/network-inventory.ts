import type { TierDefinition } from '../definition';
import { PROFILES } from '../definition/profile';
import { stackName } from '../definition/stack-names';
import type { ResourceGroup } from './inventory';
import { isWatched } from './operations-inventory';

/** The stack `network`: a VPC with a subnet a zone, its flow logs, and the ways to AWS; nothing where the network is there already. */
export function networkInventory(tier: TierDefinition): readonly ResourceGroup[] {
  if (tier.network.kind === 'existingVpc') return [];
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
        'AWS::EC2::VPCEndpoint': INTERFACE_ENDPOINTS + (isWatched(tier) ? 1 : 0) + 1,
        'AWS::EC2::SecurityGroup': 1,
      },
    },
  ];
}

/** Of SSM and Secrets Manager; in a stage that is watched there is one of RDS, in one zone. */
const INTERFACE_ENDPOINTS = 2;

/** Interface endpoints by the zones that each stands in, added up: what they are billed by. */
export function endpointZonesOf(tier: TierDefinition): number {
  if (tier.network.kind === 'existingVpc') return 0;
  const zones = PROFILES[tier.stage.profile].multiAz ? zonesOf(tier) : 1;
  return INTERFACE_ENDPOINTS * zones + (isWatched(tier) ? 1 : 0);
}

function zonesOf({ stage: { zones } }: TierDefinition): number {
  return 'names' in zones ? zones.names.length : zones.count;
}

/**
 * Names of the AWS services that a stage's functions and services call from inside its network, as endpoints have them: `ssm`. Its own network
 * has endpoints for all of them; one that is there already must have a way to each.
 */
export function servicesCalledBy(tier: TierDefinition): readonly string[] {
  const isSharded = Object.values(tier.stores).some(({ kind }) => kind === 'shardedPostgres');
  return ['ssm', 'secretsmanager', ...(isSharded ? ['dynamodb'] : []), ...(isWatched(tier) ? ['rds'] : [])];
}
