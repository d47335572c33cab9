export * from './topology';
export * from './topology-codec';
