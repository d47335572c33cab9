export * from './instance-classes';
