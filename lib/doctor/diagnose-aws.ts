import type { TierDefinition } from '../definition';
import { diagnoseBootstrap } from './bootstrap';
import type { Diagnosis } from './diagnosis';
import { diagnoseInstanceClasses } from './instance-classes';
import { diagnoseAppliedQuotas } from './applied-quotas';
import { diagnoseServiceLinkedRole } from './service-linked-role';

/** Where the doctor asks. */
export interface AwsScope {
  /** Absent: whatever the environment says. */
  readonly region?: string;
}

/**
 * What a deployment would meet in the account that the credentials of the environment are of, and in the stage's region. Only reads.
 */
export async function diagnoseAws(tier: TierDefinition): Promise<readonly Diagnosis[]> {
  const region = tier.stage.env?.region;
  const scope: AwsScope = region === undefined ? {} : { region };
  const diagnoses = await Promise.all([
    diagnoseBootstrap(tier, scope),
    diagnoseServiceLinkedRole(scope),
    diagnoseAppliedQuotas(tier, scope),
    diagnoseInstanceClasses(tier, scope),
  ]);
  return diagnoses.flat();
}
