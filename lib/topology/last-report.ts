import type { StoreFamily } from './store-family';

/**
 * Where a deployed tier keeps the report of the last proof of a family's stores, below `/<tier>/<stage>/`: an SSM parameter, which no part of the
 * topology names.
 */
export const lastReportPath = (family: StoreFamily): string => `smoke/last-report/${family}`;

/** What stands there until the first proof. */
export const NO_REPORT_YET = 'none yet';
