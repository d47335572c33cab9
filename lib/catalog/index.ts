export * from './instance-classes';
export * from './instance-prices';
export * from './limits';
export * from './max-connections';
export * from './prices';
export * from './quotas';
export * from './reserved-names';
