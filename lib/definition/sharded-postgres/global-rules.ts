import { INSTANCE_CLASSES, isInstanceClass, LIMITS } from '../../catalog';
import { DEFAULTS } from '../stages/profile';
import { isRegionName } from '../regions/schema';
import { rule, storesOf } from '../rule';
import { mostReaders, readersOf, serversOf } from './servers';
import type { StageStoreOf } from '../stores/in-stage';
import { secondaryRegions, shardOptions } from '../stores/members';
import type { TierDraft } from '../tier-draft';

/** What must hold for shards with copies in other regions, beside what the region rules say of the regions. */
export const globalRules = [
  rule({
    id: 'global-protected',
    when: (draft) =>
      globalStores(draft).flatMap((store) =>
        store.profile === 'disposable' ? [{ path: store.origin('globalDatabase'), ...store }] : [],
      ),
    message: ({ stage, name }) =>
      `stage ${stage} is disposable, and keeps nothing that a lost region would take: write globalDatabase in stages.<stage>.stores.${name} of a stage that is protected`,
  }),
  rule({
    id: 'global-version',
    when: (draft) =>
      globalStores(draft).flatMap((store) => {
        const { globalDatabase, version: major = DEFAULTS.version } = store.options;
        // What could not be read is not there, whatever its type says.
        const version = globalDatabase?.version as string | undefined;
        return version === undefined || version.startsWith(`${major}.`)
          ? []
          : [{ path: store.origin('globalDatabase', 'version'), version, major }];
      }),
    message: ({ version, major }) =>
      `got "${version}", but the shards are of version ${major}: a copy has the minor version of what it copies, such as '${major}.5'`,
  }),
  rule({
    id: 'global-regions',
    when: (draft) =>
      globalStores(draft).flatMap((store) => {
        const count = secondaryRegions(store).length;
        return count > 0 && count <= LIMITS.auroraSecondaries.value
          ? []
          : [{ path: store.origin('globalDatabase', 'secondaries'), count }];
      }),
    message: ({ count }) =>
      count === 0
        ? 'got none: name a region, or leave globalDatabase out'
        : `got ${count} regions, a global database has at most ${LIMITS.auroraSecondaries.value} beside that of its primary`,
  }),
  rule({
    id: 'global-region-name',
    when: (draft) =>
      globalStores(draft).flatMap((store) =>
        secondaryRegions(store)
          .filter((region) => !isRegionName(region))
          .map((region) => ({ path: store.origin('globalDatabase', 'secondaries', region), region })),
      ),
    message: ({ region }) => `got "${region}", allowed: region such as 'eu-central-1'`,
  }),
  rule({
    id: 'global-readers',
    when: (draft) =>
      globalStores(draft).flatMap((store) => {
        const most = LIMITS.auroraReaders.value - secondaryRegions(store).length;
        return Object.entries(shardOptions(store)).flatMap(([shard, options]) => {
          const readers = mostReaders(readersOf(store, options));
          return readers > most ? [{ path: store.origin('globalDatabase', 'secondaries'), shard, readers, most }] : [];
        });
      }),
    message: ({ shard, readers, most }) =>
      `each takes the place of a reader of the primary: shard ${shard} has ${readers} readers, allowed beside these: up to ${most}`,
  }),
  rule({
    id: 'global-class',
    when: (draft) =>
      globalStores(draft).flatMap((store) =>
        store.profile === 'disposable'
          ? []
          : Object.entries(shardOptions(store)).flatMap(([shard, options]) => {
              const servers = serversOf(store, options);
              return 'class' in servers && isInstanceClass(servers.class) && INSTANCE_CLASSES[servers.class].burstable
                ? [{ path: store.origin('globalDatabase'), shard, of: servers.class }]
                : [];
            }),
      ),
    message: ({ shard, of }) =>
      `shard ${shard} has servers of ${of}, and a global database has none that burst: take a class such as 'r8g.large', or serverless({ … })`,
  }),
];

const globalStores = (draft: TierDraft): readonly StageStoreOf<'shardedPostgres'>[] =>
  storesOf(draft, 'shardedPostgres').filter(({ options }) => options.globalDatabase !== undefined);
