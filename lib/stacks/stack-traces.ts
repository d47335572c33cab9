import { DISABLE_CREATION_STACK_TRACES, DISABLE_METADATA_STACK_TRACE } from 'aws-cdk-lib/cx-api';

/**
 * Context of an app whose constructs don't note where they were made, which takes a twentieth of its time. `cdk --debug` has them noted again. It
 * is not in cdk.json, where the command line warns of its own keys.
 */
export const WITHOUT_STACK_TRACES = {
  [DISABLE_CREATION_STACK_TRACES]: true,
  [DISABLE_METADATA_STACK_TRACE]: true,
} as const;
