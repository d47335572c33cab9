import { Fn } from 'aws-cdk-lib';
import { isRelational, type RelationalDefinition, type StoreDefinition, type TierDefinition } from '../definition';
import { backupsToldBy } from '../definition/network/called-services';
import { storagePromisesText } from '../definition/stores/storage-promises';
import { PROFILE_SETTINGS } from './profile-settings';
import type { Store } from './store';

/**
 * What a deployment promises of its servers' storage, as the smoke test reads it from its environment; nothing where the stage has no way to
 * ask RDS.
 */
export function storagePromises(
  { stage, stores: definitions }: TierDefinition,
  stores: readonly Store[],
): Readonly<Record<string, string>> {
  if (!PROFILE_SETTINGS[stage.profile].watched) return {};
  const keyIds = stores.flatMap(({ name, key }): [string, string][] => {
    const definition = definitions[name];
    // RDS is asked about its own servers only.
    if (definition === undefined || !isRelational(definition)) return [];
    const origin = originOf(definition);
    if (origin === 'imported') return [];
    return [[name, origin === 'snapshot' ? '' : Fn.select(1, Fn.split('/', key.keyArn))]];
  });
  return { POLYSTORE_STORAGE: storagePromisesText(Object.fromEntries(keyIds)) };
}

/**
 * Stores of one family beside the relational ones whose backups a deployment promises, as their smoke test reads it from its environment; nothing where
 * the stage has no way to ask.
 */
export function backupPromises(
  { stage }: TierDefinition,
  stores: readonly StoreDefinition[],
): Readonly<Record<string, string>> {
  if (!PROFILE_SETTINGS[stage.profile].watched) return {};
  const promised = stores.filter((store) => backupsToldBy(store) !== undefined).map(({ name }) => name);
  return { POLYSTORE_BACKUPS: promised.join(' ') };
}

/** An instance keeps the key of its snapshot, whichever that is; a cluster is encrypted anew. */
const originOf = (store: RelationalDefinition): 'fresh' | 'snapshot' | 'imported' =>
  store.kind === 'postgres' ? (store.origin?.kind ?? 'fresh') : 'fresh';
