export { connectDynamoDb } from './connect';
export type { TableClient, TableClientOptions } from './client';
export { refuseWrites } from './refuse-writes';
