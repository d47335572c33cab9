export * from './topology';
export * from './credential';
export * from './topology-codec';
export * from './parts';
export * from './roles';
export * from './last-report';
