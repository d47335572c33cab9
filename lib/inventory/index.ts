export * from './inventory';
export * from './resource-type';
