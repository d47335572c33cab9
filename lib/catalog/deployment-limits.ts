import type { Limit } from './limits';

/** Limits of IAM, SSM and CloudFormation that a large tier could meet in the middle of its deployment. */
export const DEPLOYMENT_LIMITS = {
  inlinePolicyCharacters: {
    value: 10_240,
    unit: 'characters of all inline policies of an IAM role together, white space aside',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
  },
  managedPolicyCharacters: {
    value: 6_144,
    unit: 'characters of one managed policy of IAM, white space aside',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
  },
  managedPoliciesOfRole: {
    value: 10,
    unit: 'managed policies attached to an IAM role, unless AWS was asked for more',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
  },
  parameterCharacters: {
    value: 8_192,
    unit: 'characters of an advanced parameter of SSM, which intelligent tiering makes of one that needs it',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
  },
  templateOutputs: {
    value: 200,
    unit: 'outputs of a template',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
  templateBytes: {
    value: 1_000_000,
    unit: 'bytes of a template',
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
  },
} as const satisfies Record<string, Limit>;
