import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StoreDefinition, StoreKind, TierDefinition } from '../definition';
import { inRegion, inUse, isInUse, otherRegions } from '../definition/regions/tier-in-region';
import { AccessElsewhereStack } from './access-elsewhere-stack';
import type { AccessStack } from './access-stack';
import { alarmsStacks } from './alarms-stacks';
import { OperationsStack, type OperationsOptions } from './operations-stack';
import { synthesizeReplicasElsewhere } from './replicas-elsewhere-stack';
import { synthesizeSecondaries } from './secondaries-stack';
import type { Store } from './store';
import { networkOf, type TierNetwork } from './tier-network';

/** What a tier has in a region beside its own, in two steps: stores first, since copies of secrets need their keys. */
export interface RegionElsewhere {
  /** The tier as that region has it. */
  readonly tier: TierDefinition;
  readonly network: TierNetwork;
  readonly stores: readonly Store[];
}

type SynthesizeElsewhere<K extends StoreKind> = (
  scope: Construct,
  tier: TierDefinition,
  store: Extract<StoreDefinition, { readonly kind: K }>,
  place: { readonly network: TierNetwork; readonly home: Store },
) => Store;

/** What each kind of store has in another region. A kind without a row does not compile. */
const ELSEWHERE: { readonly [K in StoreKind]: SynthesizeElsewhere<K> } = {
  postgres: (scope, tier, store, { network, home }) =>
    synthesizeReplicasElsewhere(scope, tier, store, { network, primary: home }),
  shardedPostgres: synthesizeSecondaries,
  valkey: nothing,
  dynamodb: nothing,
  documentdb: nothing,
  neptune: nothing,
};

function nothing(_scope: Construct, _tier: TierDefinition, { name }: StoreDefinition): never {
  throw new TypeError(`store ${name} has nothing in other regions, and no rule noticed`);
}

/** Networks, replicas and copies of shards in every other region of a tier. */
export function storesElsewhere(
  scope: Construct,
  definition: TierDefinition,
  stores: readonly Store[],
): readonly RegionElsewhere[] {
  return otherRegions(definition).map((region) => {
    const tier = inRegion(definition, region);
    const network = networkOf(scope, tier);
    const there = Object.values(tier.stores).map((store) => {
      const home = stores.find(({ name }) => name === store.name) as Store;
      // The row of a store's own kind takes that store, which the type checker can't follow through the table.
      const synthesize = ELSEWHERE[store.kind] as SynthesizeElsewhere<StoreKind>;
      return synthesize(scope, tier, store, { network, home });
    });
    return { tier, network, stores: there };
  });
}

export interface AfterStoresProps {
  /** Of the stage's own region: it makes the secrets, of which the others have copies. */
  readonly access: AccessStack;
  /** Of the stage's own region: it provisions the roles that replicas then have too. */
  readonly operations: OperationsStack;
  readonly options: OperationsOptions;
}

/** Who may reach the replicas of another region, what proves them, and who is told. Copies of shards are watched only: nobody logs in to one. */
export function accessElsewhere(
  scope: Construct,
  { tier, network, stores }: RegionElsewhere,
  { access: home, operations: before, options }: AfterStoresProps,
): readonly Stack[] {
  const alarms = alarmsStacks(scope, tier, stores);
  if (!isInUse(tier)) return alarms;
  const used = inUse(tier);
  const usedStores = stores.filter(({ name }) => used.stores[name] !== undefined);
  const access = new AccessElsewhereStack(scope, used, usedStores, network, home);
  const operations = new OperationsStack(scope, used, { stores: usedStores, access, network, options });
  operations.addStackDependency(before);
  return [access, operations, ...alarms];
}
