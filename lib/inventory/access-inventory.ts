import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import type { FullestGroups, ResourceGroup } from './inventory';
import { poolingStacksOf } from './pooling-inventory';

/** The stack `access`: secrets and parameters of each store, security groups of clients and their rules. */
export function accessInventory(tier: TierDefinition): {
  readonly groups: readonly ResourceGroup[];
  readonly fullestGroups: FullestGroups;
} {
  const stack = stackName(tier, 'access');
  const stores = Object.keys(tier.stores);
  const services = Object.values(tier.services);
  const clientsOf = (store: string): number => services.filter(({ uses }) => uses[store] !== undefined).length;
  const poolsOf = (store: string): number => {
    const definition = tier.stores[store];
    return definition === undefined ? 0 : poolingStacksOf(definition);
  };
  // A service reaches each store that it uses, and each stack of proxies before it.
  const waysOf = services.map(({ uses }) =>
    stores.reduce((sum, store) => sum + (uses[store] === undefined ? 0 : 1 + poolsOf(store)), 0),
  );
  const storesOf = services.map(({ uses }) => stores.filter((store) => uses[store] !== undefined).length);
  // Provisioning and the smoke test reach every store, and each service its own.
  const ways = stores.length + storesOf.reduce((sum, count) => sum + count, 0);
  // Whoever uses a store finds it by way of SSM and Secrets Manager, and one that is sharded by way of DynamoDB.
  const isSharded = (store: string): boolean => tier.stores[store]?.kind === 'shardedPostgres';
  const own = tier.network.kind === 'newVpc';
  const usersOf = (chosen: readonly string[]): number =>
    services.filter(({ uses }) => chosen.some((store) => uses[store] !== undefined)).length;
  const toAws = 1 + usersOf(stores);
  const sharded = stores.filter(isSharded);
  const toDynamoDb = own && sharded.length > 0 ? 1 + usersOf(sharded) : 0;
  const fullestToAws = own && sharded.length > 0 ? 2 : 1;
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
          // Who may do what, and the last report.
          'AWS::SSM::Parameter': 2,
          'AWS::EC2::SecurityGroup': 1 + services.length,
          'AWS::EC2::SecurityGroupEgress': ways + toAws + toDynamoDb,
          'AWS::EC2::SecurityGroupIngress': ways + (own ? toAws : 0),
          // Of the kit's own functions.
          'AWS::Logs::LogGroup': 2,
        },
      },
      {
        stack,
        part: 'access',
        resources: toDynamoDb === 0 ? {} : PREFIX_LIST,
      },
    ],
    fullestGroups: {
      inboundRules: Math.max(own ? toAws : 0, ...stores.map((store) => 1 + clientsOf(store) + poolsOf(store))),
      // Beside its ways out, a client's group has the rule that keeps EC2 from opening everything.
      outboundRules: 1 + fullestToAws + Math.max(stores.length, ...waysOf),
    },
  };
}

/** What finds the addresses of DynamoDB. */
const PREFIX_LIST = {
  'AWS::IAM::Role': 1,
  'AWS::IAM::Policy': 2,
  'AWS::Lambda::Function': 1,
  'AWS::Logs::LogGroup': 1,
  'Custom::DynamoDbPrefixList': 1,
} as const;
