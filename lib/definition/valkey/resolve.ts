import { isCacheClass, type CacheClass } from '../../catalog';
import { CACHE_DEFAULTS, CACHE_PROFILES } from './profile';
import type { StageStoreOf } from '../stores/in-stage';
import type { ValkeyDefinition } from './store';
import type { ValkeyShapeDefinition } from './shape';

/** Options of a store that breaks no rule, every default filled in. */
export function resolveValkey(store: StageStoreOf<'valkey'>): ValkeyDefinition {
  const { options, profile } = store;
  const engine = options.engine ?? CACHE_DEFAULTS.engine;
  return {
    kind: 'valkey',
    name: store.name,
    engine,
    version: options.version ?? CACHE_DEFAULTS.version[engine],
    shape: shapeOf(store),
    eviction: options.eviction ?? CACHE_DEFAULTS.eviction,
    slowCommandMs: options.slowCommandMs ?? CACHE_DEFAULTS.slowCommandMs,
    backup: {
      retentionDays: options.backup?.retentionDays ?? CACHE_PROFILES[profile].retentionDays,
      window: options.backup?.window ?? CACHE_DEFAULTS.backupWindow,
    },
    maintenance: { window: options.maintenance?.window ?? CACHE_DEFAULTS.maintenanceWindow },
  };
}

function shapeOf({ options, profile }: StageStoreOf<'valkey'>): ValkeyShapeDefinition {
  const shape = options.shape ?? { kind: 'replicationGroup' as const };
  if (shape.kind === 'serverlessCache') {
    const { dataGb = {}, ecpuPerSecond = {} } = shape;
    return { kind: shape.kind, dataGb: written(dataGb), ecpuPerSecond: written(ecpuPerSecond) };
  }
  const defaults = CACHE_PROFILES[profile];
  const nodes = {
    class: knownCacheClass(options.class ?? defaults.class),
    replicas: shape.replicas ?? defaults.replicas,
  };
  return shape.kind === 'clusterMode'
    ? { kind: shape.kind, ...nodes, shards: shape.shards }
    : { kind: shape.kind, ...nodes };
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const written = ({ min, max }: { readonly [K in keyof Range]: Range[K] | undefined }): Range => ({
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
});

/** The rules have refused unknown node types before anything is resolved. */
function knownCacheClass(name: string): CacheClass {
  if (!isCacheClass(name)) throw new TypeError(`"${name}" is not a node type, and no rule noticed`);
  return name;
}
