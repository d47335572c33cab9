import { LIMITS, type InstanceClass } from '../../catalog';
import type { AcuDefinition } from '../sharded-postgres/capacity';
import type { Profile } from './stage';

/** What a profile decides where the definition is silent. */
export interface ProfileDefaults {
  /** Of servers that are instances. */
  readonly class: InstanceClass;
  /** What servers of a shard are. */
  readonly shardServers: { readonly class: InstanceClass } | { readonly capacity: AcuDefinition };
  readonly storageSizeGiB: number;
  readonly retentionDays: number;
  /** Days between two changes of a password that the kit changes on a schedule; absent where nothing does. */
  readonly rotationDays?: number;
  /** Zones that a stage spans unless they are written down; also the fewest that may be written down. */
  readonly zones: number;
  /** Whether a primary has a standby, and a shard a second server, in another zone. */
  readonly multiAz: boolean;
  /** Readers of a shard unless it says otherwise; also the fewest that it may say. */
  readonly readers: number;
}

export const PROFILES: Readonly<Record<Profile, ProfileDefaults>> = {
  disposable: {
    class: 't4g.micro',
    shardServers: { capacity: { minAcu: 0, maxAcu: 4 } },
    storageSizeGiB: 20,
    retentionDays: 1,
    zones: 2,
    multiAz: false,
    readers: 0,
  },
  protected: {
    class: 'r8g.large',
    shardServers: { class: 'r8g.large' },
    storageSizeGiB: 100,
    retentionDays: 35,
    rotationDays: 30,
    zones: 3,
    multiAz: true,
    readers: 1,
  },
};

/** Defaults that are the same in every profile. */
export const DEFAULTS = {
  version: '17',
  slowQueryMs: 1000,
  port: 5432,
  cidr: '10.0.0.0/16',
  /** Storage may grow to this many times its size at birth. */
  storageGrowth: 4,
  storageType: 'gp3',
  auroraStorageType: 'standard',
  /** UTC. Apart from each other, since AWS refuses windows that overlap. */
  backupWindow: '02:00-03:00',
  maintenanceWindow: 'sun:04:00-sun:05:00',
  readersCpuPercent: 60,
  /** The soonest that AWS lets a server pause. */
  autoPauseAfterSeconds: LIMITS.autoPauseMinSeconds.value,
  /** The pool is the router's own, unless it is told otherwise. */
  connections: { processes: 1, poolMax: 10 },
  pooling: { idleClientTimeoutSeconds: 1800, maxConnectionsPercent: 80, borrowTimeoutSeconds: 120, reads: 'direct' },
} as const;
