import * as kms from 'aws-cdk-lib/aws-kms';
import type { Stack } from 'aws-cdk-lib';
import { StoreKey, type StoreKeyProps } from '../../constructs';
import type { StoreDefinition, TierDefinition } from '../definition';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';

/** What encrypts a store: the key that the definition names, else one that is made in the store's stack. */
export function storeKey(
  stack: Stack,
  tier: TierDefinition,
  store: StoreDefinition,
  { logGroupPrefix }: Pick<StoreKeyProps, 'logGroupPrefix'> = {},
): kms.IKey {
  if (store.encryptionKeyArn !== undefined) return kms.Key.fromKeyArn(stack, 'Key', store.encryptionKeyArn);
  const { keyPendingWindow, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
  return new StoreKey(stack, 'Key', {
    description: `Store ${store.name} of ${tier.name}/${tier.stage.name}`,
    aliasName: parameterName(tier, store.name).slice(1),
    pendingWindow: keyPendingWindow,
    removalPolicy,
    ...(logGroupPrefix !== undefined && { logGroupPrefix }),
  });
}
