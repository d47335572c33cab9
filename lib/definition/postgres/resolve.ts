import { maxConnectionsFor, type InstanceClass } from '../../catalog';
import { knownClass } from '../relational/known-class';
import type { PostgresDefinition, ReplicaDefinition, ReplicaElsewhere } from './store';
import { DEFAULTS, PROFILES } from '../stages/profile';
import { resolveOrigin } from '../relational/resolve-origin';
import { resolveUpkeep } from '../stores/resolve-upkeep';
import type { StageStoreOf } from '../stores/in-stage';
import { defaultGrowthLimit } from './storage-growth';
import { replicaOptions } from '../stores/members';

/** Options of a store that breaks no rule, every default filled in. */
export function resolvePostgres(store: StageStoreOf<'postgres'>): PostgresDefinition {
  const { options } = store;
  const defaults = PROFILES[store.profile];
  const { pooling, ...upkeep } = resolveUpkeep(store);
  const primary = knownClass(options.class ?? defaults.class);
  const replicas = replicasOf(store, primary);
  const { iops, throughputMiBps } = options.storage ?? {};
  const sizeGiB = options.storage?.sizeGiB ?? defaults.storageSizeGiB;
  return {
    kind: 'postgres',
    name: store.name,
    version: options.version ?? DEFAULTS.version,
    class: primary,
    storage: {
      sizeGiB,
      maxSizeGiB: options.storage?.maxSizeGiB ?? defaultGrowthLimit(sizeGiB),
      type: options.storage?.type ?? DEFAULTS.storageType,
      ...(iops !== undefined && { iops }),
      ...(throughputMiBps !== undefined && { throughputMiBps }),
    },
    replicas: replicas.filter(({ region }) => region === undefined).map(({ name, class: of }) => ({ name, class: of })),
    ...elsewhereOf(replicas),
    database: options.database ?? defaultDatabase(store.name),
    maxConnections:
      options.maxConnections ?? smallest([primary, ...replicas.map((replica) => replica.class)], maxConnectionsFor),
    slowQueryMs: options.slowQueryMs ?? DEFAULTS.slowQueryMs,
    ...upkeep,
    // What the store says is for its other stages: the pools of an imported database are its owner's.
    ...(pooling !== undefined && options.origin?.kind !== 'imported' && { pooling }),
    ...originOf(store),
  };
}

function originOf({ options: { origin } }: StageStoreOf<'postgres'>): Pick<PostgresDefinition, 'origin'> {
  return origin === undefined || origin.kind === 'fresh' ? {} : { origin: resolveOrigin(origin) };
}

/** The name of a store's database unless it says otherwise. */
export const defaultDatabase = (store: string): string => store.replaceAll('-', '_');

/** The lowest figure among the classes of a store's servers. */
export function smallest(classes: readonly InstanceClass[], figure: (name: InstanceClass) => number): number {
  return Math.min(...classes.map(figure));
}

type AnyReplica = ReplicaDefinition & Partial<ReplicaElsewhere>;

function elsewhereOf(replicas: readonly AnyReplica[]): Pick<PostgresDefinition, 'elsewhere'> {
  const elsewhere = replicas.flatMap(({ region, ...replica }) =>
    region === undefined ? [] : [{ ...replica, region }],
  );
  return elsewhere.length === 0 ? {} : { elsewhere };
}

function replicasOf(store: StageStoreOf<'postgres'>, primary: InstanceClass): readonly AnyReplica[] {
  return Object.entries(replicaOptions(store)).map(([name, replica]) => ({
    name,
    class: replica.class === undefined ? primary : knownClass(replica.class),
    ...(replica.region !== undefined && { region: replica.region }),
  }));
}
