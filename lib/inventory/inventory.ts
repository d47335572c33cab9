import type { AcuRange, CacheClass, CacheEngine, Deployment, InstanceClass, PostgresEngineOffering } from '../catalog';
import type { TierDefinition } from '../definition';
import { inRegion, inUse, isInUse, otherRegions } from '../definition/regions/tier-in-region';
import { accessInventory } from './access-inventory';
import { endpointZonesOf, interfaceEndpointsOf, networkInventory } from './network-inventory';
import { alarmsInventory } from './alarms-inventory';
import { operationsInventory } from './operations-inventory';
import { poolingInventory } from './pooling-inventory';
import type { ResourceCounts } from './resource-type';
import { rotationInventory } from './rotation-inventory';
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
  /** Where the stack stands, if that is another region than the stage's own. */
  readonly region?: string;
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
  /** Where it stands, if that is another region than the stage's own. */
  readonly region?: string;
}

/** A node of a store that is not relational; part of a resource that {@link Inventory.groups} counts, or one of these. */
export interface Node {
  readonly store: string;
  /** Within the store, as AWS names it. */
  readonly name: string;
  readonly engine: CacheEngine;
  readonly class: CacheClass;
  /** Where it stands, if that is another region than the stage's own. */
  readonly region?: string;
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
  readonly nodes: readonly Node[];
  readonly fullestGroups: FullestGroups;
  /** Copies of secrets in other regions, by store; no resources of any stack. */
  readonly copiedSecrets: Readonly<Record<string, number>>;
  /** Part of the network, which has gateway endpoints beside them. */
  readonly interfaceEndpoints: number;
  /** Interface endpoints by the zones that each stands in, added up. */
  readonly endpointZones: number;
}

/** Counts what a tier will have on AWS, in all its regions. Pure and quick: costs, quotas and a comparison of definitions read it. */
export function inventoryOf(tier: TierDefinition): Inventory {
  const home = regionInventory(tier);
  const others = otherRegions(tier).map((region) => regionInventory(inRegion(tier, region)));
  const all = [home, ...others];
  const most = (figure: (groups: FullestGroups) => number): number =>
    Math.max(...all.map(({ fullestGroups }) => figure(fullestGroups)));
  return {
    groups: all.flatMap(({ groups }) => groups),
    servers: all.flatMap(({ servers }) => servers),
    nodes: all.flatMap(({ nodes }) => nodes),
    fullestGroups: {
      inboundRules: most(({ inboundRules }) => inboundRules),
      outboundRules: most(({ outboundRules }) => outboundRules),
    },
    copiedSecrets: addUp(others.map(({ copiedSecrets }) => copiedSecrets)),
    interfaceEndpoints: all.reduce((sum, { interfaceEndpoints }) => sum + interfaceEndpoints, 0),
    endpointZones: all.reduce((sum, { endpointZones }) => sum + endpointZones, 0),
  };
}

function addUp(tables: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [key, count] of tables.flatMap((table) => Object.entries(table))) sums[key] = (sums[key] ?? 0) + count;
  return sums;
}

/** What a tier has in one region: its own, or the one that the definition is of. */
export function regionInventory(tier: TierDefinition): Inventory {
  const { awayFrom, env } = tier.stage;
  const region = awayFrom === undefined || env === undefined ? {} : { region: env.region };
  const stores = Object.values(tier.stores).map((store) => storeInventory(tier, store));
  const access = isInUse(tier) ? accessInventory(inUse(tier)) : NO_ACCESS;
  const groups = [
    ...networkInventory(tier),
    ...stores.flatMap(({ groups }) => groups),
    ...access.groups,
    ...operationsInventory(tier),
    ...rotationInventory(tier),
    ...poolingInventory(tier),
    ...alarmsInventory(tier),
  ];
  return {
    groups: groups.map((group) => ({ ...group, ...region })),
    servers: stores.flatMap(({ servers }) => servers).map((server) => ({ ...server, ...region })),
    nodes: stores.flatMap(({ nodes }) => nodes).map((node) => ({ ...node, ...region })),
    fullestGroups: access.fullestGroups,
    copiedSecrets: access.copiedSecrets,
    interfaceEndpoints: interfaceEndpointsOf(tier),
    endpointZones: endpointZonesOf(tier),
  };
}

/** Where nobody logs in: servers have a group without clients, with the rule that keeps EC2 from opening everything. */
const NO_ACCESS = { groups: [], fullestGroups: { inboundRules: 0, outboundRules: 1 }, copiedSecrets: {} };

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
