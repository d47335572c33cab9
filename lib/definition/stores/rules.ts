import {
  INSTANCE_CLASSES,
  isInstanceClass,
  LIMITS,
  type InstanceClass,
  type PostgresEngineOffering,
} from '../../catalog';
import type { FaultPath } from '../faults/fault';
import { KINDS } from './kinds';
import { RELATIONAL_ENGINES } from '../relational/kinds';
import { nearestName } from '../faults/nearest-name';
import { PROFILES } from '../stages/profile';
import { relationalStores, rule, serverStores, storesOf } from '../rule';
import { SHARDS_MAX } from '../sharded-postgres/store';
import { serverFigures } from '../relational/server-figures';
import type { StageStoreOf } from './in-stage';
import { isGrowthLimit, leastGrowthLimit } from '../postgres/storage-growth';
import { membersOf, replicaOptions, shardOptions } from './members';
import type { TierDraft } from '../tier-draft';

export const storeRules = [
  rule({
    id: 'some-store',
    when: ({ stores }) => (stores?.length === 0 ? [{ path: ['stores'] }] : []),
    message: () => `a tier has at least one store, as in { main: ${KINDS.postgres.factory} }`,
  }),
  rule({
    id: 'class-exists',
    when: (draft) => writtenClasses(draft).filter(({ name }) => !isInstanceClass(name)),
    message: ({ name, engine }) => {
      const offered = classesFor(engine.offering);
      const bare = name.replace(/^db\./, '');
      const nearest = isInstanceClass(bare) ? bare : nearestName(bare, offered);
      return nearest === undefined
        ? `unknown instance class "${name}", allowed: ${offered.length} classes such as ${PROFILES.disposable.class} and ${PROFILES.protected.class}`
        : `unknown instance class "${name}", did you mean "${nearest}"?`;
    },
  }),
  rule({
    id: 'class-offered',
    when: (draft) =>
      writtenClasses(draft).flatMap(({ path, name, engine }) =>
        isInstanceClass(name) && !isOffered(name, engine.offering) ? [{ path, name, engine }] : [],
      ),
    message: ({ name, engine }) =>
      `${name} is not offered for ${engine.label}, nearest in size: ${nearestInSize(name, engine.offering).join(', ')}`,
  }),
  rule({
    id: 'replica-count',
    when: (draft) =>
      storesOf(draft, 'postgres').flatMap((store) => {
        const count = Object.keys(replicaOptions(store)).length;
        return count > LIMITS.readReplicas.value ? [{ path: store.origin('replicas'), count }] : [];
      }),
    message: ({ count }) => `got ${count} replicas, allowed: 0–${LIMITS.readReplicas.value}`,
  }),
  rule({
    id: 'storage-limit',
    when: (draft) =>
      storesOf(draft, 'postgres').flatMap((store) => {
        const { sizeGiB: written, maxSizeGiB } = store.options.storage ?? {};
        const sizeGiB = written ?? PROFILES[store.profile].storageSizeGiB;
        const readable = store.isRead('storage') && store.isRead('storage', 'sizeGiB');
        if (maxSizeGiB === undefined || !readable || isGrowthLimit(sizeGiB, maxSizeGiB)) return [];
        const path = store.origin('storage', 'maxSizeGiB');
        return [
          { path, maxSizeGiB, sizeGiB, of: written === undefined ? `, the default of a ${store.profile} stage` : '' },
        ];
      }),
    message: ({ maxSizeGiB, sizeGiB, of }) => {
      const least = leastGrowthLimit(sizeGiB);
      const most = LIMITS.storageMaxGiB.value;
      const growing = least > most ? '' : `, or ${least}–${most}`;
      return `got ${maxSizeGiB} with sizeGiB ${sizeGiB}${of}; allowed: ${sizeGiB} (storage never grows)${growing}`;
    },
  }),
  rule({
    id: 'backup-retention',
    when: (draft) =>
      serverStores(draft).flatMap((store) => {
        const days = store.options.backup?.retentionDays;
        if (days === undefined || (days >= 1 && days <= LIMITS.retentionMaxDays.value)) return [];
        const replicas = store.kind === 'postgres' ? Object.keys(replicaOptions(store)).length : 0;
        return [{ path: store.origin('backup', 'retentionDays'), days, replicas }];
      }),
    message: ({ days, replicas }) => {
      const why =
        days > 0
          ? ''
          : replicas > 0
            ? '; 0 would switch backups off, and AWS makes replicas from them'
            : '; 0 would switch backups off';
      return `got ${days}, allowed: integer 1–${LIMITS.retentionMaxDays.value}${why}`;
    },
  }),
  rule({
    id: 'max-connections',
    when: (draft) =>
      relationalStores(draft).flatMap((store) => {
        const { maxConnections } = store.options;
        const servers = serverFigures(store);
        if (maxConnections === undefined || servers === undefined) return [];
        const least = servers.reduce((one, other) => (other.ceiling < one.ceiling ? other : one));
        return maxConnections > least.ceiling
          ? [{ path: store.origin('maxConnections'), maxConnections, ...least }]
          : [];
      }),
    message: ({ maxConnections, ceiling, server }) =>
      `got ${maxConnections}, but ${server}, the smallest class of the store, holds at most ${ceiling}; all servers of a store have the same figure`,
  }),
  rule({
    id: 'shard-count',
    when: (draft) =>
      storesOf(draft, 'shardedPostgres').flatMap((store) => {
        if (store.options.shards === undefined) return [];
        const count = Object.keys(shardOptions(store)).length;
        return count === 0 || count > SHARDS_MAX ? [{ path: store.origin('shards'), count }] : [];
      }),
    message: ({ count }) =>
      count === 0
        ? `a sharded store has at least one shard, allowed: integer 1–${SHARDS_MAX}, or shards by name`
        : `got ${count} shards, allowed: 1–${SHARDS_MAX}`,
  }),
  rule({
    id: 'active-shard',
    when: (draft) =>
      storesOf(draft, 'shardedPostgres').flatMap((store) => {
        const states = Object.values(shardOptions(store)).map((shard) => shard.state ?? 'active');
        return states.length > 0 && !states.includes('active') ? [{ path: store.origin('shards') }] : [];
      }),
    message: () => 'every shard is draining, so no shard could take their buckets: leave at least one active',
  }),
];

type Engine = (typeof RELATIONAL_ENGINES)[keyof typeof RELATIONAL_ENGINES];

/** Every instance class as written, with what it must be offered for. */
function writtenClasses(draft: TierDraft): readonly { path: FaultPath; name: string; engine: Engine }[] {
  return relationalStores(draft).flatMap((store) => {
    const engine = RELATIONAL_ENGINES[store.kind];
    const ofMembers = membersOf(store).flatMap((member) =>
      member.class === undefined ? [] : [{ path: [...member.path, 'class'], name: member.class, engine }],
    );
    const own = store.options.class;
    return [
      ...(own === undefined ? [] : [{ path: store.origin('class'), name: own, engine }]),
      ...ofMembers,
      ...(store.kind === 'postgres' ? importedClasses(store) : []),
    ];
  });
}

/** Of servers that somebody else keeps, of the engine that they are said to have. */
function importedClasses(store: StageStoreOf<'postgres'>): ReturnType<typeof writtenClasses> {
  const { origin } = store.options;
  if (origin?.kind !== 'imported') return [];
  const offering = origin.engine ?? 'postgres';
  const engine =
    Object.values(RELATIONAL_ENGINES).find((row) => row.offering === offering) ?? RELATIONAL_ENGINES.postgres;
  const at = store.origin('origin');
  const servers = [
    { path: [...at, 'primary', 'class'], name: origin.primary.class },
    ...Object.entries(origin.replicas ?? {}).map(([replica, server]) => ({
      path: [...at, 'replicas', replica, 'class'],
      name: server.class,
    })),
  ];
  return servers.flatMap(({ path, name }) => (name === undefined ? [] : [{ path, name, engine }]));
}

const isOffered = (name: InstanceClass, offering: PostgresEngineOffering): boolean =>
  (INSTANCE_CLASSES[name].engines as readonly PostgresEngineOffering[]).includes(offering);

const classesFor = (offering: PostgresEngineOffering): readonly InstanceClass[] =>
  (Object.keys(INSTANCE_CLASSES) as InstanceClass[]).filter((name) => isOffered(name, offering));

const NEAREST_SHOWN = 3;

/** Classes with about as much memory, burstable where the wanted one is. */
function nearestInSize(name: InstanceClass, offering: PostgresEngineOffering): readonly InstanceClass[] {
  const wanted = INSTANCE_CLASSES[name];
  const distance = (other: InstanceClass): number => {
    const { memoryGiB, burstable, vcpu } = INSTANCE_CLASSES[other];
    const kind = burstable === wanted.burstable ? 0 : 1;
    return Math.abs(Math.log2(memoryGiB / wanted.memoryGiB)) + Math.abs(Math.log2(vcpu / wanted.vcpu)) / 2 + kind;
  };
  return [...classesFor(offering)].sort((a, b) => distance(a) - distance(b)).slice(0, NEAREST_SHOWN);
}
