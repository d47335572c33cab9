import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { statementsOn } from '../../constructs';
import { SMOKE_KEYS } from '../topology';
import { keyUse } from './function-policies';
import type { Store } from './store';

/** What a service that reads a table may ask of it, and what one that writes may beside. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
export const TABLE_ACTIONS = {
  read: [
    'dynamodb:BatchGetItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DescribeTable',
    'dynamodb:DescribeTimeToLive',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:Scan',
  ],
  write: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
} as const;

/** Reads tables and their indexes, and has their keys decrypt what is read. */
export function readTables(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  return allow(stack, stores, 'ReadTables', { actions: TABLE_ACTIONS.read, keys: ['kms:Decrypt'] });
}

/** Reads and changes tables, and has their keys encrypt what is written. */
export function changeTables(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  return allow(stack, stores, 'ChangeTables', {
    actions: [...TABLE_ACTIONS.read, ...TABLE_ACTIONS.write],
    keys: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
  });
}

/** What the smoke test does in tables: it writes items of its own, finds them and takes them out again. It scans none, and what it can name is its own where keys are text. */
export function proveTables(stack: Stack, stores: readonly Store[]): readonly iam.PolicyStatement[] {
  const tables = stores.filter(({ table }) => table !== undefined);
  if (tables.length === 0) return [];
  const itemsOf = (ofText: boolean): string[] =>
    tables.filter(({ table }) => table?.hasTextKeys === ofText).flatMap((store) => withIndexes(stack, store));
  const actions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map(
    (action) => `dynamodb:${action}`,
  );
  return [
    ...statementsOn({
      sid: 'DescribeTables',
      actions: ['dynamodb:DescribeContinuousBackups', 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive'],
      resources: tables.flatMap((store) => withIndexes(stack, store).slice(0, 1)),
    }),
    ...statementsOn({
      sid: 'OwnItems',
      actions,
      resources: itemsOf(true),
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${SMOKE_KEYS}*`] } },
    }),
    ...statementsOn({ sid: 'Items', actions, resources: itemsOf(false) }),
    ...keyUse(stack, tables, {
      sid: 'KeysOfTables',
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      services: ['dynamodb'],
    }),
  ];
}

function allow(
  stack: Stack,
  stores: readonly Store[],
  sid: string,
  { actions, keys }: { readonly actions: readonly string[]; readonly keys: readonly string[] },
): readonly iam.PolicyStatement[] {
  const tables = stores.filter(({ table }) => table !== undefined);
  if (tables.length === 0) return [];
  return [
    ...statementsOn({ sid, actions, resources: tables.flatMap((store) => withIndexes(stack, store)) }),
    ...keyUse(stack, tables, { sid: `KeysOf${sid}`, actions: keys, services: ['dynamodb'] }),
  ];
}

/** A table, and each of its indexes, by their names: who refers to them this way keeps no store from leaving. */
function withIndexes(stack: Stack, { table }: Store): string[] {
  if (table === undefined) return [];
  const arn = stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: table.name });
  return [arn, ...table.indexes.map((index) => `${arn}/index/${index}`)];
}
