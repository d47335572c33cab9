import { isRelational, type RelationalDefinition, type TierDefinition } from '../definition';
import { poolingStackParts, shardStackOf, stackName } from '../definition/names/stacks';
import type { ResourceGroup } from './inventory';

/** The stacks of proxies of every store that asks for some: one before a primary, one before the shards of each shard stack. */
export function poolingInventory(tier: TierDefinition): readonly ResourceGroup[] {
  return Object.values(tier.stores)
    .filter(isRelational)
    .flatMap((store) => {
      if (store.pooling === undefined) return [];
      const clients = Object.values(tier.services).filter(({ uses }) => uses[store.name] !== undefined);
      // A group of another account is opened there.
      const opened = clients.filter(({ client }) => client?.account === undefined);
      const endpoints = store.pooling.reads === 'pooled' ? 1 : 0;
      return [...proxiesByStack(store)].map(([name, proxies]): ResourceGroup => ({
        stack: stackName(tier, ...poolingStackParts(store.name, name)),
        part: store.name,
        resources: {
          'AWS::EC2::SecurityGroup': 1,
          'AWS::EC2::SecurityGroupEgress': opened.length + 1,
          'AWS::EC2::SecurityGroupIngress': clients.length + 1,
          'AWS::IAM::Role': 1,
          'AWS::Logs::LogGroup': proxies,
          'AWS::RDS::DBProxy': proxies,
          'AWS::RDS::DBProxyTargetGroup': proxies,
          ...(endpoints > 0 && { 'AWS::RDS::DBProxyEndpoint': proxies * endpoints }),
          'AWS::SSM::Parameter': 1,
        },
      }));
    });
}

/** Stacks of proxies that a store has: each is a client of the store, and each lets its clients in. */
export function poolingStacksOf(store: RelationalDefinition): number {
  return store.pooling === undefined ? 0 : proxiesByStack(store).size;
}

function proxiesByStack(store: RelationalDefinition): ReadonlyMap<string, number> {
  if (store.kind === 'postgres') return new Map([['primary', 1]]);
  const proxies = new Map<string, number>();
  for (const { name } of store.shards) {
    const stack = shardStackOf(name);
    proxies.set(stack, (proxies.get(stack) ?? 0) + 1);
  }
  return proxies;
}
