import type { Stack } from 'aws-cdk-lib';
import { isRelational, type RelationalDefinition, type TierDefinition } from '../definition';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';

/**
 * What a deployment promises of its servers' storage, as the smoke test reads it from its environment; nothing where the stage has no way to
 * ask RDS.
 */
export function storagePromises(
  stack: Stack,
  { stage, stores: definitions }: TierDefinition,
  stores: readonly Store[],
): Readonly<Record<string, string>> {
  if (!PROFILE_SETTINGS[stage.profile].watched) return {};
  const promises = stores.flatMap(({ name, key }): [string, { readonly keyArn?: string }][] => {
    const definition = definitions[name];
    // RDS is asked about its own servers only.
    if (definition === undefined || !isRelational(definition)) return [];
    const origin = originOf(definition);
    if (origin === 'imported') return [];
    return [[name, origin === 'snapshot' ? {} : { keyArn: key.keyArn }]];
  });
  return { POLYSTORE_STORAGE: stack.toJsonString(Object.fromEntries(promises)) };
}

/** An instance keeps the key of its snapshot, whichever that is; a cluster is encrypted anew. */
const originOf = (store: RelationalDefinition): 'fresh' | 'snapshot' | 'imported' =>
  store.kind === 'postgres' ? (store.origin?.kind ?? 'fresh') : 'fresh';
