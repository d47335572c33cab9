import { CACHE_CLASSES, CACHE_VERSIONS, cacheVersionsOf, isCacheClass, LIMITS, SERVERLESS_MAJORS } from '../../catalog';
import { CACHE_DEFAULTS, CACHE_PROFILES } from './profile';
import { nearestName } from '../faults/nearest-name';
import { rule, storesOf } from '../rule';
import type { StageStoreOf } from '../stores/in-stage';
import type { TierDraft } from '../tier-draft';
import { windowMinutes } from '../stores/window';

/** Options that nodes have, and a serverless cache has not. */
const OF_NODES = ['class', 'eviction', 'slowCommandMs', 'maintenance'] as const;

/** What must hold of caches, and what AWS refuses no sooner than when it deploys them. */
export const valkeyRules = [
  rule({
    id: 'cache-class-exists',
    when: (draft) =>
      storesOf(draft, 'valkey').flatMap((store) => {
        const name = store.options.class;
        return name === undefined || isCacheClass(name) ? [] : [{ path: store.origin('class'), name }];
      }),
    message: ({ name }) => {
      const bare = name.replace(/^cache\./, '');
      const nearest = isCacheClass(bare) ? bare : nearestName(bare, Object.keys(CACHE_CLASSES));
      return nearest === undefined
        ? `unknown node type "${name}", allowed: ${Object.keys(CACHE_CLASSES).length} types such as ${CACHE_PROFILES.disposable.class} and ${CACHE_PROFILES.protected.class}`
        : `unknown node type "${name}", did you mean "${nearest}"?`;
    },
  }),
  rule({
    id: 'cache-version-of-engine',
    when: (draft) =>
      storesOf(draft, 'valkey').flatMap((store) => {
        const { engine = CACHE_DEFAULTS.engine, version } = store.options;
        if (version === undefined || !store.isRead('engine') || CACHE_VERSIONS[version].engine === engine) return [];
        return [{ path: store.origin('version'), version, engine }];
      }),
    message: ({ version, engine }) =>
      `got ${version}, which is no version of ${engine}, allowed: ${cacheVersionsOf(engine).join(', ')}`,
  }),
  rule({
    id: 'cache-nodes-only',
    when: (draft) =>
      serverlessOf(draft).flatMap(({ store }) =>
        OF_NODES.flatMap((option) => {
          const path = store.origin(option);
          // What a store says is for its other stages where a stage alone has it serverless.
          const isBeside = path.length >= store.origin('shape').length;
          return store.options[option] !== undefined && isBeside ? [{ path, option }] : [];
        }),
      ),
    message: ({ option }) =>
      `a serverless cache has no ${option}: leave it out, or take replicationGroup() or clusterMode()`,
  }),
  rule({
    id: 'cache-serverless-version',
    when: (draft) =>
      serverlessOf(draft).flatMap(({ store }) => {
        const { engine = CACHE_DEFAULTS.engine, version } = store.options;
        if (version === undefined || CACHE_VERSIONS[version].engine !== engine) return [];
        return SERVERLESS_MAJORS[engine].includes(CACHE_VERSIONS[version].major)
          ? []
          : [{ path: store.origin('version'), version, engine }];
      }),
    message: ({ version, engine }) =>
      `got ${version}, but ${engine} is serverless with major version ${SERVERLESS_MAJORS[engine].join(' or ')} only`,
  }),
  rule({
    id: 'cache-serverless-range',
    when: (draft) =>
      serverlessOf(draft).flatMap(({ store, shape }) =>
        (['dataGb', 'ecpuPerSecond'] as const).flatMap((option) => {
          const { min, max } = shape[option] ?? {};
          return min !== undefined && max !== undefined && min > max
            ? [{ path: [...store.origin('shape'), option, 'min'], min, max }]
            : [];
        }),
      ),
    message: ({ min, max }) => `got ${min}, more than max ${max}: allowed: up to ${max}`,
  }),
  rule({
    id: 'cache-protected-replicas',
    when: (draft) =>
      storesOf(draft, 'valkey').flatMap((store) => {
        const { shape } = store.options;
        const least = CACHE_PROFILES[store.profile].replicas;
        if (shape === undefined || shape.kind === 'serverlessCache') return [];
        const { replicas } = shape;
        return replicas !== undefined && replicas < least
          ? [{ path: [...store.origin('shape'), 'replicas'], replicas, least, stage: store.stage }]
          : [];
      }),
    message: ({ replicas, least, stage }) =>
      `got ${replicas}, but stage ${stage} is protected, and what a zone takes along must stand in another one too: allowed: integer ${least}–${LIMITS.cacheReplicas.value}`,
  }),
  rule({
    id: 'cache-nodes',
    when: (draft) =>
      storesOf(draft, 'valkey').flatMap((store) => {
        const { shape } = store.options;
        if (shape?.kind !== 'clusterMode') return [];
        const nodes = shape.shards * (1 + (shape.replicas ?? CACHE_PROFILES[store.profile].replicas));
        const most = LIMITS.cacheShards.value;
        return nodes > most ? [{ path: store.origin('shape'), nodes, most, shards: shape.shards }] : [];
      }),
    message: ({ nodes, most, shards }) =>
      `${shards} shards with their replicas are ${nodes} nodes, of which one cache has at most ${most}: take fewer of either`,
  }),
  rule({
    id: 'cache-shape-of-stages',
    when: (draft) =>
      (draft.stages ?? []).slice(1).flatMap((stage) =>
        stage.stores.flatMap((store) => {
          if (store.kind !== 'valkey') return [];
          const first = draft.stages?.[0]?.stores.find(({ name }) => name === store.name);
          if (first?.kind !== 'valkey' || !store.isRead('shape') || !first.isRead('shape')) return [];
          return isSpread(first) === isSpread(store)
            ? []
            : [{ path: store.origin('shape'), stage: stage.name, first: first.stage }];
        }),
      ),
    message: ({ stage, first }) =>
      `stage ${stage} would spread keys over slots and stage ${first} not, or the other way round: a command that names several keys would work in one of them only`,
  }),
  rule({
    id: 'cache-snapshot-days',
    when: (draft) =>
      storesOf(draft, 'valkey').flatMap((store) => {
        const days = store.options.backup?.retentionDays;
        return days === undefined || days <= LIMITS.cacheSnapshotDays.value
          ? []
          : [{ path: store.origin('backup', 'retentionDays'), days }];
      }),
    message: ({ days }) => `got ${days}, allowed: integer 0–${LIMITS.cacheSnapshotDays.value}`,
  }),
  rule({
    id: 'cache-window-length',
    when: (draft) =>
      storesOf(draft, 'valkey').flatMap((store) =>
        (['backup', 'maintenance'] as const).flatMap((option) => {
          const window = store.options[option]?.window;
          const minutes = window === undefined ? undefined : windowMinutes(window);
          return minutes === undefined || minutes >= LIMITS.cacheWindowMinMinutes.value
            ? []
            : [{ path: store.origin(option, 'window'), window, minutes }];
        }),
      ),
    message: ({ window, minutes }) =>
      `got "${window}", which lasts ${minutes} minutes, allowed for a cache: at least ${LIMITS.cacheWindowMinMinutes.value}`,
  }),
  rule({
    id: 'cache-user-length',
    when: (draft) => cacheUsers(draft).filter(({ user }) => user.length > LIMITS.cacheIdentifierLength.value),
    message: ({ user }) =>
      `the user ${user} of a cache would have ${user.length} characters, AWS allows ${LIMITS.cacheIdentifierLength.value}: shorten the name of the tier, the stage, the store or the service`,
  }),
  rule({
    id: 'cache-users-differ',
    when: (draft) => {
      const owners = new Map<string, string>();
      return cacheUsers(draft).flatMap((found) => {
        const other = owners.get(found.user);
        if (other === undefined) owners.set(found.user, found.store);
        return other === undefined || other === found.store ? [] : [{ ...found, other }];
      });
    },
    message: ({ user, other }) =>
      `the user ${user} would also be one of ${other}, since names are joined by dashes: rename one`,
  }),
  rule({
    id: 'cache-takes-no-tokens',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        stage.services.flatMap((service) => {
          if (service.options.authentication?.kind !== 'iam') return [];
          const cache = stage.stores.find(
            (store) =>
              store.kind === 'valkey' && Object.hasOwn(service.uses, store.name) && store.options.version === '6.2',
          );
          return cache === undefined ? [] : [{ path: service.origin('authentication'), store: cache.name }];
        }),
      ),
    message: ({ store }) =>
      `got iam(), but ${store} is a cache of version 6.2, which takes no tokens of IAM: give it version 7.0 or later, or use password()`,
  }),
];

/** Ids of users in ElastiCache, one a service and cache that it uses. */
function cacheUsers({ name: tier, stages = [] }: TierDraft) {
  return stages.flatMap((stage) =>
    stage.services.flatMap(({ name: service, uses }) =>
      stage.stores
        .filter(({ kind, name }) => kind === 'valkey' && Object.hasOwn(uses, name))
        .map(({ name: store }) => ({
          path: ['services', service, 'uses', store],
          store,
          user: [stage.estate.namePrefix, tier, stage.name, store, service]
            .filter((part) => part !== undefined && part !== '')
            .join('-'),
        })),
    ),
  );
}

type ValkeyStore = StageStoreOf<'valkey'>;
type WrittenShape = NonNullable<ValkeyStore['options']['shape']>;
type Serverless = Extract<WrittenShape, { readonly kind: 'serverlessCache' }>;

function serverlessOf(draft: TierDraft): readonly { readonly store: ValkeyStore; readonly shape: Serverless }[] {
  return storesOf(draft, 'valkey').flatMap((store) => {
    const { shape } = store.options;
    return shape?.kind === 'serverlessCache' ? [{ store, shape }] : [];
  });
}

/** Whether keys are spread over slots, so that one command names keys of one slot only. */
const isSpread = ({ options: { shape } }: ValkeyStore): boolean =>
  shape !== undefined && shape.kind !== 'replicationGroup';
