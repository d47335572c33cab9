export * from './instance-classes';
export * from './limits';
export * from './max-connections';
export * from './reserved-names';
