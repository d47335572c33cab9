import type { CacheClass } from '../../catalog';
import { DEFAULTS } from '../stages/profile';
import type { Profile } from '../stages/stage';

/** What a profile decides of caches where the definition is silent. */
export interface CacheProfile {
  readonly class: CacheClass;
  /** Of each primary; also the fewest that may be said. */
  readonly replicas: number;
  /** Of snapshots; 0: none are taken. */
  readonly retentionDays: number;
}

export const CACHE_PROFILES: Readonly<Record<Profile, CacheProfile>> = {
  disposable: { class: 't4g.micro', replicas: 0, retentionDays: 0 },
  protected: { class: 'r7g.large', replicas: 1, retentionDays: 7 },
};

/** Defaults of caches that are the same in every profile. */
export const CACHE_DEFAULTS = {
  engine: 'valkey',
  version: { valkey: '8.1', redis: '7.1' },
  eviction: 'volatile-lru',
  slowCommandMs: 10,
  backupWindow: DEFAULTS.backupWindow,
  maintenanceWindow: DEFAULTS.maintenanceWindow,
} as const;
