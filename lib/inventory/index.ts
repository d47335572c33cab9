export * from './imported-servers';
export * from './inventory';
export { servicesCalledBy } from './network-inventory';
export * from './resource-type';
