import { HOURS_A_MONTH, PRICES } from '../catalog';
import type { DynamoDbDefinition } from '../definition';
import { byTime, byUse } from './billed-lines';
import type { CostLine } from './cost-estimate';

const RESOURCE = 'AWS::DynamoDB::GlobalTable';

/** A table, with what its copies and its global indexes need beside it. */
export function tableLines(count: number, table: DynamoDbDefinition | undefined): readonly CostLine[] {
  return [
    byUse('DynamoDB storage', RESOURCE, count, PRICES.tableStorage),
    byUse('DynamoDB point-in-time recovery', RESOURCE, count, PRICES.tableRecovery),
    ...(table?.capacity.kind === 'provisioned' ? provisionedLines(count, table) : onDemandLines(count)),
    ...(table !== undefined && table.replicas.length > 0
      ? [
          byUse('DynamoDB writes replicated to other regions', RESOURCE, count, PRICES.tableReplicatedWrites),
          byUse('changes sent to another region', RESOURCE, count, PRICES.trafficBetweenRegions),
        ]
      : []),
  ];
}

const onDemandLines = (count: number): readonly CostLine[] => [
  byUse('DynamoDB reads on demand', RESOURCE, count, PRICES.tableReads),
  byUse('DynamoDB writes on demand', RESOURCE, count, PRICES.tableWrites),
];

/** At the least that it scales down to; each global index has as many units as the table, and each copy as well. */
function provisionedLines(count: number, { capacity, indexes, replicas }: DynamoDbDefinition): readonly CostLine[] {
  if (capacity.kind !== 'provisioned') return [];
  const tables = count * (1 + replicas.length) * (1 + indexes.filter(({ reach }) => reach === 'global').length);
  return [
    byTime(
      'DynamoDB reads, at the least',
      RESOURCE,
      count,
      tables * capacity.reads.min * HOURS_A_MONTH,
      PRICES.tableReadHour,
    ),
    byTime(
      'DynamoDB writes, at the least',
      RESOURCE,
      count,
      tables * capacity.writes.min * HOURS_A_MONTH,
      PRICES.tableWriteHour,
    ),
  ];
}
