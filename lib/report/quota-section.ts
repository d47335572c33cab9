import { exceededQuotas, renderQuotaWarning, type QuotaNeed } from '../quota';
import { escapeHtml } from './escape-html';

/** What the stage needs of the account it goes to; what an account does not have by default comes first, in words. */
export function renderQuotaSection(quotas: readonly QuotaNeed[]): string {
  const exceeded = exceededQuotas(quotas);
  const warnings = exceeded.map(
    (need) => `<p class="failed"><strong>${escapeHtml(renderQuotaWarning(need))}</strong></p>`,
  );
  const rows = quotas.map((need) => {
    const { label, needed, default: allowed, per, region } = need;
    const what = `${label} a ${per}${region === undefined ? '' : `, in ${region}`}`;
    const status = exceeded.includes(need) ? 'failed' : 'passed';
    return `<tr class="${status}"><td class="mark">${status === 'failed' ? '✗' : '✓'}</td><td>${escapeHtml(what)}</td><td class="number">${needed}</td><td class="number">${allowed}</td></tr>`;
  });
  return `<section><h2>Quotas <small>of the account, by default</small></h2>
${warnings.join('\n')}<details${exceeded.length > 0 ? ' open' : ''}><summary>${quotas.length - exceeded.length} of ${quotas.length} suffice</summary>
<table><thead><tr><th></th><th>what</th><th class="number">needed</th><th class="number">default</th></tr></thead><tbody>${rows.join('')}</tbody></table></details></section>`;
}
