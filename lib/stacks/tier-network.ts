import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DataNetwork, type IDataNetwork } from '../../constructs';
import type { NetworkDefinition, TierDefinition } from '../definition';
import { isInUse } from '../definition/regions/tier-in-region';
import { EndpointsStack } from './endpoints-stack';
import { NetworkStack } from './network-stack';

/** The network that a tier stands on, its own or somebody else's. */
export interface TierNetwork {
  /** The stack that makes the network, or ways to AWS in one that is there already; none where there is nothing to make. */
  readonly stack?: NetworkStack | EndpointsStack;
  /** The network as a stack of the tier sees it. */
  in(stack: Stack): IDataNetwork;
}

/** Makes the network of a tier, or finds it by the ids that the definition gives. */
export function networkOf(scope: Construct, tier: TierDefinition): TierNetwork {
  const { network } = tier;
  if (network.kind === 'existingVpc') {
    const attributes = { vpcId: network.vpcId, dataSubnetIds: subnetsByZone(tier, network) };
    // An imported VPC is part of a stack but no resource of it: each stack has its own, and none is deployed for it alone.
    const imports = new Map<Stack, IDataNetwork>();
    const find = (stack: Stack): IDataNetwork => {
      const found = imports.get(stack) ?? DataNetwork.fromAttributes(stack, 'Network', attributes);
      imports.set(stack, found);
      return found;
    };
    if (network.endpoints === 'provided' || !isInUse(tier)) return { in: find };
    return { stack: new EndpointsStack(scope, tier, network, find), in: find };
  }
  const stack = new NetworkStack(scope, tier, network);
  return { stack, in: () => stack.network };
}

function subnetsByZone(
  { stage: { zones } }: TierDefinition,
  { dataSubnetIds }: Extract<NetworkDefinition, { readonly kind: 'existingVpc' }>,
): Readonly<Record<string, string>> {
  if (!('names' in zones)) throw new TypeError('an existing VPC without zones by name, and no rule noticed');
  return Object.fromEntries(zones.names.map((zone, index) => [zone, dataSubnetIds[index] as string]));
}
