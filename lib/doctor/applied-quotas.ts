import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { QUOTAS, type Quota } from '../catalog';
import type { TierDefinition } from '../definition';
import { neededQuotas, type QuotaNeed } from '../quota';
import { askAws, awsErrorName } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/**
 * Whether the quotas that the account has suffice for the stage alone. How much of them is used up is not asked: an account that holds
 * more than the stage needs room for that too.
 */
export function diagnoseAppliedQuotas(tier: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const subject = 'account quotas';
  return askAws(subject, 'servicequotas:GetServiceQuota', async () => {
    const { ServiceQuotasClient } = await import('@aws-sdk/client-service-quotas');
    const clientIn = (region: string | undefined): ServiceQuotasClient =>
      new ServiceQuotasClient({ ...scope, ...(region !== undefined && { region }) });
    const asked = neededQuotas(tier).filter(({ quota, needed }) => needed > 0 && codeOf(quota) !== undefined);
    const applied = await Promise.all(
      asked.map(async (need) => ({ need, value: (await appliedQuota(clientIn(need.region), need)) ?? need.default })),
    );
    const short = applied.filter(({ need, value }) => need.needed > value);
    if (short.length === 0) {
      return [{ subject, verdict: 'good', says: `the account's ${applied.length} quotas suffice for the stage alone` }];
    }
    return short.map(({ need, value }) => ({
      subject,
      verdict: 'bad',
      says: `${need.needed} ${need.label} are needed${need.region === undefined ? '' : ` in ${need.region}`}, the account's quota is ${value} a ${need.per}`,
      next: requestCommand(need),
    }));
  });
}

const codeOf = (name: QuotaNeed['quota']): Quota['code'] => (QUOTAS[name] as Quota).code;

/** The account's own value; `undefined` where it never asked for another than the default. */
async function appliedQuota(client: ServiceQuotasClient, { quota }: QuotaNeed): Promise<number | undefined> {
  const code = codeOf(quota);
  const { GetServiceQuotaCommand } = await import('@aws-sdk/client-service-quotas');
  try {
    const { Quota: answer } = await client.send(
      new GetServiceQuotaCommand({ ServiceCode: code?.service, QuotaCode: code?.quota }),
    );
    return answer?.Value;
  } catch (error) {
    if (awsErrorName(error) === 'NoSuchResourceException') return undefined;
    throw error;
  }
}

function requestCommand({ quota, needed, region }: QuotaNeed): string {
  const code = codeOf(quota);
  return `aws service-quotas request-service-quota-increase --service-code ${code?.service} --quota-code ${code?.quota} --desired-value ${needed}${region === undefined ? '' : ` --region ${region}`}`;
}
