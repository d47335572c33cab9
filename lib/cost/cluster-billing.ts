import { documentDbHour, HOURS_A_MONTH, neptuneHour, PRICES, type Price } from '../catalog';
import type { DocumentDbDefinition, NeptuneDefinition } from '../definition';
import { byTime, byUse } from './billed-lines';
import type { CostLine } from './cost-estimate';

/** Servers of a DocumentDB cluster: serverless ones at the least that they shrink to. */
export function documentServerLines(count: number, store: DocumentDbDefinition | undefined): readonly CostLine[] {
  const resource = 'AWS::DocDB::DBInstance';
  if (store === undefined || store.servers.kind === 'elastic') return [];
  if (store.servers.kind === 'serverless') {
    const dcuHours = count * store.servers.capacity.minDcu * HOURS_A_MONTH;
    return [byTime('DocumentDB capacity, at the least', resource, count, dcuHours, PRICES.dcu)];
  }
  const { class: name } = store.servers;
  return [byTime(`db.${name}, DocumentDB`, resource, count, count * HOURS_A_MONTH, documentDbHour(name))];
}

/** What a DocumentDB cluster stores, sends and keeps. */
export const documentClusterLines = (count: number): readonly CostLine[] => [
  ...storageLines('DocumentDB', 'AWS::DocDB::DBCluster', count, {
    storage: PRICES.documentStorage,
    requests: PRICES.documentRequests,
    backup: PRICES.documentBackup,
  }),
];

/** Every server of every shard, by its processors. */
export function elasticLines(count: number, store: DocumentDbDefinition | undefined): readonly CostLine[] {
  const resource = 'AWS::DocDBElastic::Cluster';
  if (store?.servers.kind !== 'elastic') return [];
  const { shards, servers, vcpu } = store.servers;
  return [
    byTime(
      'vCPU of elastic clusters',
      resource,
      count,
      count * shards * servers * vcpu * HOURS_A_MONTH,
      PRICES.elasticVcpu,
    ),
    byUse('DocumentDB storage', resource, count, PRICES.documentStorage),
    byUse('DocumentDB backups', resource, count, PRICES.documentBackup),
  ];
}

/** Servers of a Neptune cluster: serverless ones at the least that they shrink to. */
export function graphServerLines(count: number, store: NeptuneDefinition | undefined): readonly CostLine[] {
  const resource = 'AWS::Neptune::DBInstance';
  if (store === undefined) return [];
  if (store.servers.kind === 'serverless') {
    const ncuHours = count * store.servers.capacity.minNcu * HOURS_A_MONTH;
    return [byTime('Neptune capacity, at the least', resource, count, ncuHours, PRICES.ncu)];
  }
  const { class: name } = store.servers;
  return [byTime(`db.${name}, Neptune`, resource, count, count * HOURS_A_MONTH, neptuneHour(name))];
}

/** What a Neptune cluster stores, sends and keeps. */
export const graphClusterLines = (count: number): readonly CostLine[] => [
  ...storageLines('Neptune', 'AWS::Neptune::DBCluster', count, {
    storage: PRICES.graphStorage,
    requests: PRICES.graphRequests,
    backup: PRICES.graphBackup,
  }),
];

const storageLines = (
  service: string,
  resource: 'AWS::DocDB::DBCluster' | 'AWS::Neptune::DBCluster',
  count: number,
  prices: { readonly storage: Price; readonly requests: Price; readonly backup: Price },
): readonly CostLine[] => [
  byUse(`${service} storage`, resource, count, prices.storage),
  byUse(`${service} I/O requests`, resource, count, prices.requests),
  byUse(`${service} backups beyond the size of the cluster`, resource, count, prices.backup),
];
