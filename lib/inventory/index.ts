export * from './imported-servers';
export { refuseWhatNeverFits } from './hard-limits';
export * from './inventory';
export * from './kit-functions';
export { servicesCalledBy } from './network-inventory';
export * from './resource-type';
export * from './watch-plan';
export type { GivenName } from './watch-unit';
export { shownTier } from './shown-tier';
