export { SmokeFailure, SmokeSkip, type Check, type CheckContext, type Evidence, type EvidenceValue } from './check';
export type { CheckName } from './check-name';
export * from './deployed-smoke';
export * from './metrics';
export * from './report';
export * from './report-codec';
export * from './report-text';
export type { CheckOutcome } from './run-check';
export { runSmoke, type SmokeOptions } from './run-smoke';
