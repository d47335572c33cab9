import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import type { FullestGroups, ResourceGroup } from './inventory';

/** The stack `access`: secrets and parameters of each store, security groups of clients and their rules. */
export function accessInventory(tier: TierDefinition): {
  readonly groups: readonly ResourceGroup[];
  readonly fullestGroups: FullestGroups;
} {
  const stack = stackName(tier, 'access');
  const stores = Object.keys(tier.stores);
  const services = Object.values(tier.services);
  const clientsOf = (store: string): number => services.filter(({ uses }) => uses[store] !== undefined).length;
  const storesOf = services.map(({ uses }) => stores.filter((store) => uses[store] !== undefined).length);
  // Provisioning and the smoke test reach every store, and each service its own.
  const ways = stores.length + storesOf.reduce((sum, count) => sum + count, 0);
  return {
    groups: [
      ...stores.map((store) => ({
        stack,
        part: store,
        resources: {
          // One of the smoke test's role, one of each service's.
          'AWS::SecretsManager::Secret': 1 + clientsOf(store),
          'AWS::SSM::Parameter': 1,
        },
      })),
      {
        stack,
        part: 'access',
        resources: {
          'AWS::SSM::Parameter': 1,
          'AWS::EC2::SecurityGroup': 1 + services.length,
          'AWS::EC2::SecurityGroupEgress': ways,
          'AWS::EC2::SecurityGroupIngress': ways,
        },
      },
    ],
    fullestGroups: {
      inboundRules: Math.max(0, ...stores.map((store) => 1 + clientsOf(store))),
      // Beside its ways out, a client's group has the rule that keeps EC2 from opening everything.
      outboundRules: 1 + Math.max(stores.length, ...storesOf),
    },
  };
}
