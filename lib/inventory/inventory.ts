import type { AcuRange, Deployment, InstanceClass, PostgresEngineOffering } from '../catalog';
import type { TierDefinition } from '../definition';
import { accessInventory } from './access-inventory';
import { endpointZonesOf, networkInventory } from './network-inventory';
import { alarmsInventory, operationsInventory } from './operations-inventory';
import { poolingInventory } from './pooling-inventory';
import type { ResourceCounts } from './resource-type';
import { storeInventory } from './store-inventory';

/**
 * Resources of one stack that are there for one part of the tier. A stack may hold resources of several parts: the secrets of a
 * store's services are in the stack `access`.
 */
export interface ResourceGroup {
  /** As in `blog-dev-main`. */
  readonly stack: string;
  /** A store's name, `network`, `access`, `alarms` or `operations`: no store may have these. */
  readonly part: string;
  readonly resources: ResourceCounts;
}

/** Storage of a server at birth. */
export interface ServerStorage {
  readonly sizeGiB: number;
  readonly type: 'gp3' | 'io1' | 'io2';
  /** Chosen, above what the type has anyway; absent where nothing was chosen. */
  readonly iops?: number;
  readonly throughputMiBps?: number;
}

/** A DB instance: counted in {@link Inventory.groups} too. */
export interface Server {
  readonly store: string;
  /** Within the store: `primary`, a replica's name, `s0-a`. */
  readonly name: string;
  readonly engine: PostgresEngineOffering;
  readonly class: InstanceClass | 'serverless';
  /** Present where the class is `serverless`. */
  readonly acu?: AcuRange;
  readonly deployment: Deployment;
  /** Storage of its own at birth; none where a cluster stores for its servers. */
  readonly storage?: ServerStorage;
  /** How the cluster's storage is billed, for its servers too; absent where the server has storage of its own. */
  readonly clusterStorage?: 'standard' | 'ioOptimized';
}

/** Rules of the security groups of a tier, the fullest group of each direction. */
export interface FullestGroups {
  readonly inboundRules: number;
  readonly outboundRules: number;
}

/** What a tier's templates hold, without synthesizing them. */
export interface Inventory {
  readonly groups: readonly ResourceGroup[];
  readonly servers: readonly Server[];
  readonly fullestGroups: FullestGroups;
  /** Interface endpoints by the zones that each stands in, added up; part of the network. */
  readonly endpointZones: number;
}

/** Counts what a tier will have on AWS. Pure and quick: costs, quotas and a comparison of definitions read it. */
export function inventoryOf(tier: TierDefinition): Inventory {
  const stores = Object.values(tier.stores).map((store) => storeInventory(tier, store));
  const access = accessInventory(tier);
  return {
    groups: [
      ...networkInventory(tier),
      ...stores.flatMap(({ groups }) => groups),
      ...access.groups,
      ...operationsInventory(tier),
      ...poolingInventory(tier),
      ...alarmsInventory(
        tier,
        stores.flatMap(({ servers }) => servers),
      ),
    ],
    servers: stores.flatMap(({ servers }) => servers),
    fullestGroups: access.fullestGroups,
    endpointZones: endpointZonesOf(tier),
  };
}

/** Resources of every group that `select` takes, added up. @param select @default - every group */
export function countResources(
  groups: readonly ResourceGroup[],
  select: (group: ResourceGroup) => boolean = () => true,
): ResourceCounts {
  const counts: Record<string, number> = {};
  for (const { resources } of groups.filter(select)) {
    for (const [type, count] of Object.entries(resources)) counts[type] = (counts[type] ?? 0) + count;
  }
  return counts as ResourceCounts;
}
