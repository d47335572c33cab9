export * from './imported-servers';
export * from './inventory';
export { servicesCalledBy } from './network-inventory';
export * from './resource-type';
export * from './watch-plan';
export type { TableName } from './watch-units';
