export * from './topology';
export * from './topology-codec';
export * from './parts';
export * from './roles';
