import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { AccessStack } from './access-stack';
import { NetworkStack } from './network-stack';
import type { Store } from './store';
import { synthesizeStore } from './store-kinds';

/** The stacks of a tier. */
export interface TierStacks {
  readonly network: NetworkStack;
  readonly stores: Readonly<Record<string, Store>>;
  readonly access: AccessStack;
  /** Every stack in an order in which they deploy: network, stores, access. Stores need not wait for each other. */
  readonly all: readonly Stack[];
}

/**
 * Puts the stacks of a tier into an app or stage.
 *
 * Their shape follows CDK's feature flags of this repository's cdk.json, which {@link createTierApp} sets by itself.
 */
export function synthesizeTier(scope: Construct, definition: TierDefinition): TierStacks {
  const network = new NetworkStack(scope, definition);
  const stores = Object.values(definition.stores).map((store) =>
    synthesizeStore(scope, definition, store, network.network),
  );
  const access = new AccessStack(scope, definition, stores, network.network.vpc);
  return {
    network,
    stores: Object.fromEntries(stores.map((store) => [store.name, store])),
    access,
    all: [network, ...stores.flatMap(({ stacks }) => stacks), access],
  };
}
