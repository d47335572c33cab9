import { HOURS_A_MONTH, PRICE_REGION, UNKNOWN_PRICE } from '../catalog';
import type { TierDefinition } from '../definition';
import { otherRegions } from '../definition/regions/tier-in-region';
import { countResources, inventoryOf, RESOURCE_TYPES, type Inventory } from '../inventory';
import { toCents } from './billed-lines';
import { AURORA_STORAGE_AT_BIRTH_GIB, AWAKE, BILLING, isPausing } from './billing';
import { COST_ESTIMATE_VERSION, type CostEstimate, type CostLine, type CostOfPart } from './cost-estimate';

/** Estimates what a stage costs a month at list prices: everything that is billed for being there, before anybody uses it. Pure. */
export function estimateTier(tier: TierDefinition): CostEstimate {
  const inventory = inventoryOf(tier);
  const names = [...new Set(inventory.groups.map(({ part }) => part))];
  const parts = [...Object.keys(tier.stores), ...names.filter((name) => tier.stores[name] === undefined)].map((part) =>
    costOfPart(tier, inventory, part),
  );
  const dates = parts.flatMap(({ lines }) => lines.flatMap(({ date }) => date ?? [])).sort();
  const region = tier.stage.env?.region;
  return {
    version: COST_ESTIMATE_VERSION,
    tier: tier.name,
    stage: tier.stage.name,
    currency: 'USD',
    priceRegion: PRICE_REGION,
    ...(region !== undefined && { region }),
    hoursAMonth: HOURS_A_MONTH,
    pricesFrom: { oldest: dates[0] ?? UNKNOWN_PRICE, newest: dates.at(-1) ?? UNKNOWN_PRICE },
    assumptions: assumptionsOf(region, { others: otherRegions(tier), pauses: inventory.servers.some(isPausing) }),
    parts,
    monthlyUsd: toCents(parts.reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0)),
    atLeast: parts.some(({ atLeast }) => atLeast),
    unknown: (['time', 'use'] as const).flatMap((billedBy) =>
      parts.flatMap(({ part, lines }) =>
        lines
          .filter((line) => line.usdPerUnit === UNKNOWN_PRICE && line.billedBy === billedBy)
          .map(({ item }) => ({ part, item, billedBy })),
      ),
    ),
  };
}

function costOfPart(
  { stores }: TierDefinition,
  { groups, servers, nodes, copiedSecrets, endpointZones }: Inventory,
  part: string,
): CostOfPart {
  const store = stores[part];
  const resources = countResources(groups, (group) => group.part === part);
  const billed = {
    resources,
    servers: servers.filter((server) => server.store === part),
    nodes: nodes.filter((node) => node.store === part),
    ...(store?.kind === 'valkey' && { serverlessEngine: store.engine }),
    ...(store?.kind === 'dynamodb' && { table: store }),
    ...(store?.kind === 'documentdb' && { documents: store }),
    ...(store?.kind === 'neptune' && { graph: store }),
    copiedSecrets: copiedSecrets[part] ?? 0,
    endpointZones,
  };
  const lines = RESOURCE_TYPES.flatMap((type): readonly CostLine[] => {
    const billing = BILLING[type];
    const count = resources[type] ?? 0;
    return count === 0 || 'free' in billing ? [] : billing.lines(count, billed);
  });
  return {
    part,
    lines,
    monthlyUsd: toCents(
      lines.reduce((sum, { monthlyUsd }) => sum + (monthlyUsd === UNKNOWN_PRICE ? 0 : monthlyUsd), 0),
    ),
    atLeast: lines.some(({ monthlyUsd }) => monthlyUsd === UNKNOWN_PRICE),
  };
}

function assumptionsOf(
  region: string | undefined,
  { others, pauses }: { readonly others: readonly string[]; readonly pauses: boolean },
): readonly string[] {
  return [
    `List prices on demand of ${PRICE_REGION}, without tax, free tier, reservations and discounts.`,
    ...(region === PRICE_REGION
      ? []
      : [
          region === undefined
            ? `The stage names no region: another than ${PRICE_REGION} has other prices.`
            : `The stage is in ${region}, whose prices are others.`,
        ]),
    ...(others.some((other) => other !== PRICE_REGION)
      ? [`Replicas stand in ${others.join(' and ')} too, and are reckoned with the same prices.`]
      : []),
    `A month has ${HOURS_A_MONTH} hours, and every server${pauses ? ' that never pauses' : ''} runs in all of them.`,
    ...(pauses
      ? [
          `A server that pauses is awake for ${AWAKE.hours} hours of a month, four on each of twenty days, and has ${AWAKE.acu} ACU then; one that never sleeps costs ${Math.round(HOURS_A_MONTH / AWAKE.hours)} times as much.`,
        ]
      : []),
    `Storage as at birth: what each store asks for, ${AURORA_STORAGE_AT_BIRTH_GIB} GiB an Aurora cluster.`,
    'No traffic: requests, logs, I/O, transfer between zones and CPU credits are not counted, and backups stay within what storage includes.',
    'Keys as at birth: each of the first two yearly rotations of a KMS key adds its price once more.',
  ];
}
