export { awsTierStatus } from './aws-tier-status';
export * from './local-tier-status';
export * from './render-status';
export * from './tier-status';
export type { TableRoom } from './status-table';
