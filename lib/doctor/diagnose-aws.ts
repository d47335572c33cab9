import type { TierDefinition } from '../definition';
import { diagnoseBootstrap } from './bootstrap';
import { diagnoseCacheOffers } from './cache-offers';
import type { Diagnosis } from './diagnosis';
import { diagnoseExistingNetwork } from './existing-network';
import { diagnoseInstanceClasses } from './instance-classes';
import { diagnoseAppliedQuotas } from './applied-quotas';
import { diagnoseServiceLinkedRoles } from './service-linked-role';

/** Where the doctor asks. */
export interface AwsScope {
  /** Absent: whatever the environment says. */
  readonly region?: string;
}

export interface AwsQuestions {
  /** Qualifier of the bootstrap that cdk.json names, for a stage that names none. @default - CDK's own */
  readonly bootstrapQualifier?: string;
}

/**
 * What a deployment would meet in the account that the credentials of the environment are of, and in the stage's region. Only reads.
 */
export async function diagnoseAws(
  tier: TierDefinition,
  { bootstrapQualifier }: AwsQuestions = {},
): Promise<readonly Diagnosis[]> {
  const region = tier.stage.env?.region;
  const scope: AwsScope = region === undefined ? {} : { region };
  const diagnoses = await Promise.all([
    diagnoseBootstrap(tier, scope, bootstrapQualifier),
    diagnoseServiceLinkedRoles(tier, scope),
    diagnoseAppliedQuotas(tier, scope),
    diagnoseInstanceClasses(tier, scope),
    diagnoseCacheOffers(tier, scope),
    diagnoseExistingNetwork(tier, scope),
  ]);
  return diagnoses.flat();
}
