import { isDocumentDbClass, isNeptuneClass } from '../../catalog';
import { CLUSTER_DEFAULTS, CLUSTER_PROFILES } from './profile';
import { isElastic, isServerless } from './servers';
import type { DocumentDbDefinition, DocumentDbServers } from './documentdb';
import type { NeptuneDefinition, NeptuneServers } from './neptune';
import { resolveWindows } from '../stores/resolve-upkeep';
import type { StageStoreOf } from '../stores/in-stage';

/** Options of a store that breaks no rule, every default filled in. */
export function resolveDocumentDb(store: StageStoreOf<'documentdb'>): DocumentDbDefinition {
  const { options } = store;
  return {
    kind: 'documentdb',
    name: store.name,
    version: options.version ?? CLUSTER_DEFAULTS.version.documentdb,
    servers: documentServers(store),
    slowOperationMs: options.slowOperationMs ?? CLUSTER_DEFAULTS.slowMs,
    ...resolveWindows(store),
  };
}

/** Options of a store that breaks no rule, every default filled in. */
export function resolveNeptune(store: StageStoreOf<'neptune'>): NeptuneDefinition {
  const { options } = store;
  return {
    kind: 'neptune',
    name: store.name,
    version: options.version ?? CLUSTER_DEFAULTS.version.neptune,
    servers: graphServers(store),
    slowQueryMs: options.slowQueryMs ?? CLUSTER_DEFAULTS.slowMs,
    ...resolveWindows(store),
  };
}

function documentServers(store: StageStoreOf<'documentdb'>): DocumentDbServers {
  const { options, profile } = store;
  const defaults = CLUSTER_PROFILES[profile];
  const { capacity, scaleOut, readers = defaults.readers } = options;
  if (scaleOut !== undefined && isElastic(store)) {
    const { shards, vcpu, servers = 1 + defaults.readers } = scaleOut;
    return { kind: 'elastic', shards, vcpu, servers };
  }
  if (capacity !== undefined && isServerless(store)) return { kind: 'serverless', capacity, readers };
  return { kind: 'instances', class: known(options.class ?? defaults.class, isDocumentDbClass), readers };
}

function graphServers(store: StageStoreOf<'neptune'>): NeptuneServers {
  const { options, profile } = store;
  const defaults = CLUSTER_PROFILES[profile];
  const { capacity, readers = defaults.readers } = options;
  if (capacity !== undefined && isServerless(store)) return { kind: 'serverless', capacity, readers };
  return { kind: 'instances', class: known(options.class ?? defaults.class, isNeptuneClass), readers };
}

/** The rules have refused unknown classes before anything is resolved. */
function known<C extends string>(name: string, isKnown: (name: string) => name is C): C {
  if (!isKnown(name)) throw new TypeError(`"${name}" is not an instance class, and no rule noticed`);
  return name;
}
