import type { PoolingDefinition } from './pooling';
import type { BackupDefinition, MaintenanceDefinition } from './postgres';
import { DEFAULTS, PROFILES } from './profile';
import type { RelationalStageStore } from './stage-store';

/** What relational stores say alike, every default filled in. */
export function resolveUpkeep({ options, profile }: RelationalStageStore): {
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
  readonly pooling?: PoolingDefinition;
} {
  const { pooling } = options;
  return {
    backup: {
      retentionDays: options.backup?.retentionDays ?? PROFILES[profile].retentionDays,
      window: options.backup?.window ?? DEFAULTS.backupWindow,
    },
    maintenance: { window: options.maintenance?.window ?? DEFAULTS.maintenanceWindow },
    ...(pooling && { pooling: resolvePooling(pooling) }),
  };
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
