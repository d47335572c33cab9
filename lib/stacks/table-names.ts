import { Arn, ArnFormat } from 'aws-cdk-lib';
import type { TableName } from '../inventory';
import type { Store } from './store';

/** Names of the tables of sharded stores, from their ARNs, by which access knows them too. */
export const tableNames =
  (stores: readonly Store[]): TableName =>
  (store, table) => {
    const found = stores.find(({ name }) => name === store)?.[table];
    if (found === undefined) throw new TypeError('a table of alarms that its store does not have');
    return Arn.split(found.tableArn, ArnFormat.SLASH_RESOURCE_NAME).resourceName ?? '';
  };
