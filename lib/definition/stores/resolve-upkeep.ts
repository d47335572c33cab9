import type { PoolingDefinition } from '../relational/pooling';
import type { BackupDefinition, MaintenanceDefinition } from '../postgres/store';
import { DEFAULTS, PROFILES } from '../stages/profile';
import type { RelationalStageStore, ServerStageStore } from './in-stage';

/** When servers are backed up and maintained. */
export interface Upkeep {
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
}

/** What stores on servers of RDS and its kin say alike, every default filled in. */
export function resolveWindows({ options: { backup, maintenance }, profile }: ServerStageStore): Upkeep {
  return {
    backup: {
      retentionDays: backup?.retentionDays ?? PROFILES[profile].retentionDays,
      window: backup?.window ?? DEFAULTS.backupWindow,
    },
    maintenance: { window: maintenance?.window ?? DEFAULTS.maintenanceWindow },
  };
}

/** What relational stores say alike, every default filled in. */
export function resolveUpkeep(store: RelationalStageStore): Upkeep & { readonly pooling?: PoolingDefinition } {
  const { pooling } = store.options;
  return { ...resolveWindows(store), ...(pooling && { pooling: resolvePooling(pooling) }) };
}

function resolvePooling(pooling: NonNullable<RelationalStageStore['options']['pooling']>): PoolingDefinition {
  const defaults = DEFAULTS.pooling;
  const maxConnectionsPercent = pooling.maxConnectionsPercent ?? defaults.maxConnectionsPercent;
  return {
    kind: pooling.kind,
    idleClientTimeoutSeconds: pooling.idleClientTimeoutSeconds ?? defaults.idleClientTimeoutSeconds,
    maxConnectionsPercent,
    maxIdleConnectionsPercent: pooling.maxIdleConnectionsPercent ?? Math.floor(maxConnectionsPercent / 2),
    borrowTimeoutSeconds: pooling.borrowTimeoutSeconds ?? defaults.borrowTimeoutSeconds,
    reads: pooling.reads ?? defaults.reads,
  };
}
