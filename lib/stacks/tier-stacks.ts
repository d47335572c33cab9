import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { AccessStack } from './access-stack';
import { AlarmsStack } from './alarms-stack';
import type { NetworkStack } from './network-stack';
import { OperationsStack, type OperationsOptions } from './operations-stack';
import { synthesizePooling, type PoolingStack } from './pooling-stack';
import { PROFILE_SETTINGS } from './profile-settings';
import { serverAlarmsStacks } from './server-alarms-stack';
import type { Store } from './store';
import { synthesizeStore } from './store-kinds';
import { networkOf } from './tier-network';

/** The stacks of a tier. */
export interface TierStacks {
  /** None where the tier stands on a network that is there already. */
  readonly network?: NetworkStack;
  readonly stores: Readonly<Record<string, Store>>;
  readonly access: AccessStack;
  readonly operations: OperationsStack;
  /** Proxies of the stores that ask for some. */
  readonly pooling: readonly PoolingStack[];
  /** Every stack in an order in which they deploy: network, stores, access, operations, pooling. Stores need not wait for each other. */
  readonly all: readonly Stack[];
}

/**
 * Puts the stacks of a tier into an app or stage.
 *
 * Their shape follows CDK's feature flags of this repository's cdk.json, which {@link createTierApp} sets by itself.
 */
export function synthesizeTier(
  scope: Construct,
  definition: TierDefinition,
  options: OperationsOptions = {},
): TierStacks {
  const network = networkOf(scope, definition);
  const stores = Object.values(definition.stores).map((store) => synthesizeStore(scope, definition, store, network));
  const access = new AccessStack(scope, definition, stores, network);
  const pooling = synthesizePooling(scope, definition, { stores, access, network });
  const watched = PROFILE_SETTINGS[definition.stage.profile].watched ? alarmStacks(scope, definition) : [];
  const operations = new OperationsStack(scope, definition, { stores, access, network, options });
  return {
    ...(network.stack === undefined ? {} : { network: network.stack }),
    stores: Object.fromEntries(stores.map((store) => [store.name, store])),
    access,
    operations,
    pooling,
    all: [
      ...(network.stack === undefined ? [] : [network.stack]),
      ...stores.flatMap(({ stacks }) => stacks),
      access,
      operations,
      ...pooling,
      ...watched,
    ],
  };
}

/** The topic first, so that the first alarm is told to somebody. */
function alarmStacks(scope: Construct, definition: TierDefinition): readonly Stack[] {
  const alarms = new AlarmsStack(scope, definition);
  return [alarms, ...serverAlarmsStacks(scope, definition, alarms)];
}
