/** Where a deployed tier keeps the report of its last proof, below `/<tier>/<stage>/`: an SSM parameter, which no part of the topology names. */
export const LAST_REPORT_PATH = 'smoke/last-report';

/** What stands there until the first proof. */
export const NO_REPORT_YET = 'none yet';
