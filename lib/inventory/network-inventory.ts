import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import type { ResourceGroup } from './inventory';

/** The stack `network`: a VPC with a subnet a zone, and its flow logs; nothing where the network is there already. */
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
      },
    },
  ];
}

function zonesOf({ stage: { zones } }: TierDefinition): number {
  return 'names' in zones ? zones.names.length : zones.count;
}
