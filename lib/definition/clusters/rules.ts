import { CLUSTER_LIMITS, DOCUMENTDB_CLASSES, NEPTUNE_CLASSES } from '../../catalog';
import { CLUSTER_PROFILES } from './profile';
import { isElastic, isServerless, saysBoth } from './servers';
import { suggestion } from '../faults/nearest-name';
import { clusterStores, rule } from '../rule';
import type { ClusterKind, ClusterStageStore } from '../stores/in-stage';

/** What servers of an elastic cluster don't have. */
const NOT_ELASTIC = ['class', 'capacity', 'readers', 'slowOperationMs'] as const;

const CLASSES: Readonly<Record<ClusterKind, { readonly names: readonly string[]; readonly service: string }>> = {
  documentdb: { names: Object.keys(DOCUMENTDB_CLASSES), service: 'DocumentDB' },
  neptune: { names: Object.keys(NEPTUNE_CLASSES), service: 'Neptune' },
};

/** What DocumentDB and Neptune ask of a cluster. */
export const clusterRules = [
  rule({
    id: 'cluster-class',
    when: (draft) =>
      clusterStores(draft).flatMap((store) => {
        const { names, service } = CLASSES[store.kind];
        const name = store.options.class;
        return name === undefined || names.includes(name)
          ? []
          : [{ path: store.origin('class'), name, names, service }];
      }),
    message: ({ name, names, service }) =>
      `${service} offers no class "${name}", ${suggestion(name.replace(/^db\./, ''), names)}`,
  }),
  rule({
    id: 'cluster-servers',
    when: (draft) =>
      clusterStores(draft).flatMap((store) =>
        saysBoth(store, 'class', 'capacity') ? [{ path: store.origin('capacity') }] : [],
      ),
    message: () => 'got a class and a capacity, but servers are of a class or serverless: leave one out',
  }),
  rule({
    id: 'cluster-scale-out',
    when: (draft) =>
      clusterStores(draft).flatMap((store) =>
        NOT_ELASTIC.flatMap((option) =>
          saysBoth(store, 'scaleOut', option) ? [{ path: store.origin(option), option }] : [],
        ),
      ),
    message: ({ option }) => `an elastic cluster has no ${option}: leave it out, or leave scaleOut out`,
  }),
  rule({
    id: 'cluster-capacity',
    when: (draft) =>
      clusterStores(draft).flatMap((store) => {
        const range = rangeOf(store);
        return range === undefined || range.min <= range.max
          ? []
          : [{ path: [...store.origin('capacity'), range.minName], ...range }];
      }),
    message: ({ min, max, maxName }) => `got ${min}, above ${maxName} ${max}: allowed: up to ${max}`,
  }),
  rule({
    id: 'cluster-protected-readers',
    when: (draft) =>
      clusterStores(draft).flatMap((store) => {
        const { path, got, least, most } = serversSaid(store);
        return got !== undefined && got < least ? [{ path, got, least, most, stage: store.stage }] : [];
      }),
    message: ({ got, least, most, stage }) =>
      `got ${got}, but stage ${stage} is protected, and what a zone takes along must stand in another one too: allowed: integer ${least}–${most}`,
  }),
  rule({
    id: 'cluster-password-only',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        stage.services.flatMap((service) => {
          const store = stage.stores.find(
            ({ kind, name }) => kind === 'documentdb' && Object.hasOwn(service.uses, name),
          );
          return service.options.authentication?.kind === 'iam' && store !== undefined
            ? [{ path: service.origin('authentication'), store: store.name }]
            : [];
        }),
      ),
    message: ({ store }) =>
      `got iam(), but services log in to ${store}, which holds documents, with passwords: use password()`,
  }),
];

/** How many servers a store says that it has beside its first, or in each shard; and how many it must have. */
function serversSaid(store: ClusterStageStore) {
  const { readers: least } = CLUSTER_PROFILES[store.profile];
  if (store.kind === 'documentdb' && store.options.scaleOut !== undefined && isElastic(store)) {
    const path = [...store.origin('scaleOut'), 'servers'];
    return { path, got: store.options.scaleOut.servers, least: 1 + least, most: CLUSTER_LIMITS.elasticServers.value };
  }
  return { path: store.origin('readers'), got: store.options.readers, least, most: CLUSTER_LIMITS.readers.value };
}

interface WrittenRange {
  readonly min: number;
  readonly max: number;
  readonly minName: string;
  readonly maxName: string;
}

function rangeOf(store: ClusterStageStore): WrittenRange | undefined {
  if (!isServerless(store)) return undefined;
  if (store.kind === 'neptune') {
    const { capacity } = store.options;
    return capacity && { min: capacity.minNcu, max: capacity.maxNcu, minName: 'minNcu', maxName: 'maxNcu' };
  }
  const { capacity } = store.options;
  return capacity && { min: capacity.minDcu, max: capacity.maxDcu, minName: 'minDcu', maxName: 'maxDcu' };
}
