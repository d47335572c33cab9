export * from './placement-store';
export * from './secrets';
export * from './topology-source';
