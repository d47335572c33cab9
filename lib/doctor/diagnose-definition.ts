import type { TierDefinition } from '../definition';
import { exceededQuotas, neededQuotas, renderQuotaWarning } from '../quota';
import type { Diagnosis } from './diagnosis';

/** What can be said of a deployment without asking AWS. */
export function diagnoseDefinition(tier: TierDefinition): readonly Diagnosis[] {
  return [diagnoseZones(tier), ...diagnoseDefaultQuotas(tier)];
}

function diagnoseZones({ stage }: TierDefinition): Diagnosis {
  const subject = 'zones';
  if ('names' in stage.zones) return { subject, verdict: 'good', says: stage.zones.names.join(', ') };
  const says = `the first ${stage.zones.count} zones of the region, in the account's own order`;
  if (stage.profile === 'disposable') return { subject, verdict: 'good', says };
  return {
    subject,
    verdict: 'warning',
    says: `${says}: another zone in that list would move subnets`,
    next: `Write them down: stages.${stage.name}.zones.`,
  };
}

function diagnoseDefaultQuotas(tier: TierDefinition): readonly Diagnosis[] {
  const subject = 'quotas';
  const needs = neededQuotas(tier);
  const exceeded = exceededQuotas(needs);
  if (exceeded.length === 0) {
    return [{ subject, verdict: 'good', says: `AWS's defaults suffice for all ${needs.length} that the stage needs` }];
  }
  return exceeded.map((need) => ({ subject, verdict: 'warning', says: renderQuotaWarning(need) }));
}
