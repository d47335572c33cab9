import { connections } from './connections';
import type { Drill, DrillName } from './drill';
import { failover } from './failover';
import { replicaLag } from './replica-lag';
import { storage } from './storage';

/** Every drill, by name. */
export const DRILLS: Readonly<Record<DrillName, Drill>> = {
  failover,
  'replica-lag': replicaLag,
  connections,
  storage,
};

export const DRILL_NAMES = Object.keys(DRILLS) as readonly DrillName[];
