export * from './topology';
export * from './cache-access';
export * from './credential';
export * from './topology-codec';
export * from './parts';
export * from './relational';
export * from './roles';
export * from './last-report';
