import type { TierDefinition } from '../definition';
import { PROFILES } from '../definition/profile';
import { stackName } from '../definition/stack-names';
import type { ResourceGroup } from './inventory';

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
        // Of SSM and Secrets Manager, which have a security group, and of DynamoDB, which is a route.
        'AWS::EC2::VPCEndpoint': INTERFACE_ENDPOINTS + 1,
        'AWS::EC2::SecurityGroup': 1,
      },
    },
  ];
}

const INTERFACE_ENDPOINTS = 2;

/** Interface endpoints by the zones that each stands in, added up: what they are billed by. */
export function endpointZonesOf(tier: TierDefinition): number {
  if (tier.network.kind === 'existingVpc') return 0;
  return INTERFACE_ENDPOINTS * (PROFILES[tier.stage.profile].multiAz ? zonesOf(tier) : 1);
}

function zonesOf({ stage: { zones } }: TierDefinition): number {
  return 'names' in zones ? zones.names.length : zones.count;
}
