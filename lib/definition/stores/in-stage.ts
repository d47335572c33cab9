import type { z } from 'zod';
import type { FaultPath } from '../faults/fault';
import type { documentdbOptions, neptuneOptions } from '../clusters/schema';
import type { dynamodbOptions } from '../dynamodb/schema';
import type { postgresOptions } from '../postgres/schema';
import type { RelationalKind } from '../relational/kinds';
import type { shardedPostgresOptions } from '../sharded-postgres/schema';
import type { Profile } from '../stages/stage';
import type { StoreKind } from '../tier';
import type { valkeyOptions } from '../valkey/schema';

/** A store as one stage has it: what the store says, then what the stage changes; defaults are not yet filled in. */
export interface StageStoreOf<K extends StoreKind> {
  readonly name: string;
  readonly kind: K;
  readonly stage: string;
  readonly profile: Profile;
  readonly options: OptionsOf[K];
  /** Where an option was written: in the stage where the stage changes it, else in the store. */
  origin(...option: FaultPath): FaultPath;
  /** Whether what was written for an option could be read; also true where nothing was written. */
  isRead(...option: FaultPath): boolean;
}

/** Options by kind, as read. */
export interface OptionsOf {
  readonly postgres: Partial<z.infer<typeof postgresOptions>>;
  readonly shardedPostgres: Partial<z.infer<typeof shardedPostgresOptions>>;
  readonly valkey: Partial<z.infer<typeof valkeyOptions>>;
  readonly dynamodb: Partial<z.infer<typeof dynamodbOptions>>;
  readonly documentdb: Partial<z.infer<typeof documentdbOptions>>;
  readonly neptune: Partial<z.infer<typeof neptuneOptions>>;
}

export type StageStore = { [K in StoreKind]: StageStoreOf<K> }[StoreKind];

export type RelationalStageStore = { [K in RelationalKind]: StageStoreOf<K> }[RelationalKind];

/** Kinds whose store is a cluster with a writer and readers, which are of a class or scale by themselves. */
export type ClusterKind = 'documentdb' | 'neptune';

export type ClusterStageStore = { [K in ClusterKind]: StageStoreOf<K> }[ClusterKind];

/** Stores on servers of RDS and its kin, which are backed up daily and maintained weekly. */
export type ServerStageStore = RelationalStageStore | ClusterStageStore;

/** Options whose fields a stage changes one by one; any other option is replaced as a whole. */
const MERGED_BY_FIELD: ReadonlySet<string> = new Set(['storage', 'backup', 'maintenance']);

type Written = Readonly<Record<string, unknown>>;

export interface StageStoreParts {
  readonly name: string;
  readonly kind: StoreKind;
  readonly stage: string;
  readonly profile: Profile;
  /** What the store says. */
  readonly base: Written;
  /** What the stage changes. */
  readonly overrides: Written;
  /** Dotted paths of what could not be read, from the definition's root. */
  readonly unread: ReadonlySet<string>;
}

/** Puts a stage's changes on top of a store. */
export function stageStore(parts: StageStoreParts): StageStore {
  const { name, kind, stage, profile, base, overrides, unread } = parts;
  const inStore: FaultPath = ['stores', name];
  const inStage: FaultPath = ['stages', stage, 'stores', name];
  const store = {
    name,
    kind,
    stage,
    profile,
    options: merge(base, overrides),
    origin: (...option: FaultPath) => [...(isWritten(overrides, option) ? inStage : inStore), ...option],
    isRead: (...option: FaultPath) => [inStore, inStage].every((at) => !unread.has([...at, ...option].join('.'))),
  };
  // The kind's own schema has read `base` and `overrides`: kind and options belong together.
  return store as StageStore;
}

function merge(base: Written, overrides: Written): Written {
  const fields = Object.entries(overrides).map(([key, value]) => {
    const below = base[key];
    return [key, MERGED_BY_FIELD.has(key) ? { ...(below as object), ...(value as object) } : value];
  });
  return { ...base, ...(Object.fromEntries(fields) as Written) };
}

function isWritten(overrides: Written, [key, field]: FaultPath): boolean {
  if (key === undefined) return false;
  const value = overrides[key];
  if (value === undefined || field === undefined || !MERGED_BY_FIELD.has(key)) return value !== undefined;
  return (value as Written)[field] !== undefined;
}
