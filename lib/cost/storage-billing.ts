import { LIMITS, PRICES, UNKNOWN_PRICE, type Deployment, type Price } from '../catalog';
import type { Server, ServerStorage } from '../inventory';
import { byTime, byUse, groupBy } from './billed-lines';
import type { CostLine } from './cost-estimate';

interface StoragePrices {
  readonly storage: Price;
  /** Of those beyond what the type has anyway. */
  readonly iops: Price;
}

const UNKNOWN_STORAGE: StoragePrices = {
  storage: { usd: UNKNOWN_PRICE, unit: 'GiB-month' },
  iops: { usd: UNKNOWN_PRICE, unit: 'IOPS-month' },
};

const STORAGE_PRICES: Readonly<Record<ServerStorage['type'], Readonly<Record<Deployment, StoragePrices>>>> = {
  gp3: {
    'single-az': { storage: PRICES.gp3SingleAz, iops: PRICES.gp3IopsSingleAz },
    'multi-az': { storage: PRICES.gp3MultiAz, iops: PRICES.gp3IopsMultiAz },
  },
  io1: {
    'single-az': { storage: PRICES.io1SingleAz, iops: PRICES.io1IopsSingleAz },
    'multi-az': UNKNOWN_STORAGE,
  },
  io2: { 'single-az': UNKNOWN_STORAGE, 'multi-az': UNKNOWN_STORAGE },
};

export const DEPLOYMENT_NAMES = { 'single-az': 'Single-AZ', 'multi-az': 'Multi-AZ' } as const;

/** Storage of servers that have their own; a standby stores everything once more, which its price includes. */
export function storageLines(servers: readonly Server[]): readonly CostLine[] {
  const storing = servers.flatMap(({ storage, deployment }) => (storage ? [{ storage, deployment }] : []));
  const lines = groupBy(storing, ({ deployment, storage }) => [deployment, storage.type].join()).flatMap((alike) => {
    const [{ deployment, storage }] = alike;
    const name = DEPLOYMENT_NAMES[deployment];
    const sum = (figure: (storage: ServerStorage) => number): number =>
      alike.reduce((total, each) => total + figure(each.storage), 0);
    const line = (item: string, quantity: number, price: Price): CostLine =>
      byTime(`${item}, ${name}`, 'AWS::RDS::DBInstance', alike.length, quantity, price);
    const prices = STORAGE_PRICES[storage.type][deployment];
    const iops = sum((each) => Math.max(0, (each.iops ?? 0) - (each.type === 'gp3' ? LIMITS.gp3IopsMin.value : 0)));
    const throughput = sum(({ throughputMiBps = 0 }) =>
      Math.max(0, throughputMiBps - LIMITS.gp3ThroughputMinMiBps.value),
    );
    return [
      line(
        `${storage.type} storage`,
        sum(({ sizeGiB }) => sizeGiB),
        prices.storage,
      ),
      ...(iops > 0 ? [line(`${storage.type} IOPS that were asked for`, iops, prices.iops)] : []),
      ...(throughput > 0
        ? [line('gp3 throughput that was asked for', throughput, { usd: UNKNOWN_PRICE, unit: 'MiBps-month' })]
        : []),
    ];
  });
  if (storing.length === 0) return [];
  return [
    ...lines,
    byUse('backups beyond the size of the storage', 'AWS::RDS::DBInstance', storing.length, PRICES.rdsBackup),
  ];
}
