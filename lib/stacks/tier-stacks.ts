import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { inUse } from '../definition/regions/tier-in-region';
import { refuseWhatNeverFits } from '../inventory';
import { AccessStack } from './access-stack';
import { alarmsStacks } from './alarms-stacks';
import { accessElsewhere, storesElsewhere } from './elsewhere';
import type { EndpointsStack } from './endpoints-stack';
import type { NetworkStack } from './network-stack';
import { OperationsStack, type OperationsOptions } from './operations-stack';
import { synthesizePooling, type PoolingStack } from './pooling-stack';
import { synthesizeRotation } from './rotation-stack';
import type { Store } from './store';
import { synthesizeStore } from './store-kinds';
import { networkOf } from './tier-network';

/** The stacks of a tier. */
export interface TierStacks {
  /** None where the tier stands on a network that is there already, with its ways to AWS. */
  readonly network?: NetworkStack | EndpointsStack;
  readonly stores: Readonly<Record<string, Store>>;
  readonly access: AccessStack;
  readonly operations: OperationsStack;
  /** Proxies of the stores that ask for some. */
  readonly pooling: readonly PoolingStack[];
  /** Every stack in an order in which they deploy: network, stores, access, operations, rotation, pooling. Stores need not wait for each other. */
  readonly all: readonly Stack[];
}

/**
 * Puts the stacks of a tier into an app or stage.
 *
 * Their shape follows CDK's feature flags of this repository's cdk.json, which {@link createTierApp} sets by itself.
 * @throws {PolystoreError} CONFIG_INVALID where AWS would never take the tier, whatever its quotas
 */
export function synthesizeTier(
  scope: Construct,
  definition: TierDefinition,
  options: OperationsOptions = {},
): TierStacks {
  refuseWhatNeverFits(definition);
  const network = networkOf(scope, definition);
  const stores = Object.values(definition.stores).map((store) => synthesizeStore(scope, definition, store, network));
  const regions = storesElsewhere(scope, definition, stores);
  const access = new AccessStack(scope, definition, stores, network);
  // Secrets are copied to where their keys are.
  for (const { tier, stores: there } of regions)
    for (const { name, stacks } of there)
      if (inUse(tier).stores[name] !== undefined) for (const stack of stacks) access.addStackDependency(stack);
  const pooling = synthesizePooling(scope, definition, { stores, access, network });
  const watched = alarmsStacks(scope, definition, stores);
  const operations = new OperationsStack(scope, definition, { stores, access, network, options });
  const rotation = synthesizeRotation(scope, definition, { stores, access, operations });
  // Shards tell whether copies follow them.
  for (const stack of regions.flatMap((region) => region.stores.flatMap(({ stacks }) => stacks)))
    operations.addStackDependency(stack);
  const elsewhere = regions.map((region) => accessElsewhere(scope, region, { access, operations, options }));
  return {
    ...(network.stack === undefined ? {} : { network: network.stack }),
    stores: Object.fromEntries(stores.map((store) => [store.name, store])),
    access,
    operations,
    pooling,
    all: [
      ...(network.stack === undefined ? [] : [network.stack]),
      ...stores.flatMap(({ stacks }) => stacks),
      ...regions.flatMap((region) => [
        ...(region.network.stack === undefined ? [] : [region.network.stack]),
        ...region.stores.flatMap(({ stacks }) => stacks),
      ]),
      access,
      operations,
      ...rotation,
      ...elsewhere.flat(),
      ...pooling,
      ...watched,
    ],
  };
}
