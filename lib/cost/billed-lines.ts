import { UNKNOWN_PRICE, type Price } from '../catalog';
import type { ResourceType } from '../inventory';
import type { CostLine } from './cost-estimate';

/** Billed for being there. */
export function byTime(
  item: string,
  resource: ResourceType,
  resources: number,
  quantity: number,
  price: Price,
): CostLine {
  return { item, resource, resources, billedBy: 'time', quantity, ...priced(quantity, price) };
}

/** Nothing of it is used in an estimate: the line is there for its price. */
export function byUse(item: string, resource: ResourceType, resources: number, price: Price): CostLine {
  return { item, resource, resources, billedBy: 'use', quantity: 0, ...priced(0, price), monthlyUsd: 0 };
}

function priced(
  quantity: number,
  { usd, unit, from }: Price,
): Pick<CostLine, 'unit' | 'usdPerUnit' | 'monthlyUsd' | 'source' | 'date'> {
  return {
    unit,
    usdPerUnit: usd,
    monthlyUsd: usd === UNKNOWN_PRICE ? UNKNOWN_PRICE : toCents(quantity * usd),
    ...(from && { source: from.name, date: from.date }),
  };
}

/** To the cent, so that a total is the sum of what is shown. */
export const toCents = (usd: number): number => Math.round(usd * 100) / 100;

/** Things that are alike, in the order in which the first of them appears. */
export function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return [...groups.values()];
}
