export { DYNAMODB_STAND_IN } from './dynamodb';
export { startLocalTier, type LocalTierOptions, type StartEvent } from './local-tier';
export type { LocalTier, ServerExitEvent } from './running-tier';
export { findIdentity, type Identity } from './run-as';
export { readLocalState, isSupervised, type LocalServer, type LocalState, type ProcessState } from './state';
export type { ServerAnswer, ServerLoad } from './server-answer';
export { inspectLocalTier, type LocalInspection, type ServerStatus, type UnreachableState } from './status';
export { deleteLocalTier, stopLocalTier, type StopOptions } from './stop-local-tier';
export { urlsIn } from './store-url';
