import type { TierDefinition } from '../definition';
import { exceededQuotas, neededQuotas, renderQuotaWarning } from '../quota';
import type { Diagnosis } from './diagnosis';

/** What can be said of a deployment without asking AWS. */
export function diagnoseDefinition(tier: TierDefinition): readonly Diagnosis[] {
  return [diagnoseZones(tier), ...diagnoseDefaultQuotas(tier)];
}

/** A protected stage has named its zones, or is no definition. */
function diagnoseZones({ stage: { zones } }: TierDefinition): Diagnosis {
  const says =
    'names' in zones
      ? zones.names.join(', ')
      : `the first ${zones.count} zones of the region, in the account's own order`;
  return { subject: 'zones', verdict: 'good', says };
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
