import { estimateTier, renderCostLine } from '../../lib/cost';
import { neededQuotas } from '../../lib/quota';
import { renderCostSection } from '../../lib/report/cost-section';
import { renderQuotaSection } from '../../lib/report/quota-section';
import { renderProofPage } from '../../lib/report';
import { blogTier, shardNames } from '../support/blog-tier';
import { proofReport } from './proof-report';

const tier = blogTier('prod', { shards: shardNames(60) });

describe('the cost section', () => {
  const estimate = estimateTier(tier);
  const section = renderCostSection(estimate);

  it('shows the total, every line that is billed by time with its source, and what is unknown', () => {
    expect(section).toContain(`<small>${renderCostLine(estimate)}</small>`);
    expect(section).toMatch(
      /db\.r8g\.large, Aurora<\/td><td>87600 × \$0\.276\/instance-hour<br><code>price table of AWS/,
    );
    expect(section).toMatch(/db\.r8g\.xlarge, Multi-AZ<\/td><td>unknown<\/td><td class="number">unknown/);
    expect(section).toContain('<b>≥ ');
    expect(section).toContain('<summary>10 without a known price</summary>');
  });

  it('keeps what is billed by use and what is assumed at hand', () => {
    expect(section).toContain('<li>Aurora I/O requests: $0.2 per million requests</li>');
    for (const assumption of estimate.assumptions) expect(section).toContain(assumption);
  });
});

describe('the quota section', () => {
  it('says what must be asked for, and opens the table', () => {
    const section = renderQuotaSection(neededQuotas(tier));
    expect(section).toContain('60 DB clusters are needed, the default quota is 40 a region: ask AWS for more');
    expect(section).toMatch(/<details open>[\s\S]*<tr class="failed"><td class="mark">✗<\/td><td>DB clusters a region/);
  });

  it('is quiet where an account has enough', () => {
    const needed = neededQuotas(blogTier('dev'));
    const section = renderQuotaSection(needed);
    expect(section).not.toMatch(/class="failed"|<details open>/);
    expect(section).toContain(`<summary>${needed.length} of ${needed.length} suffice</summary>`);
  });
});

test('the page has both sections where the report has them, and neither where it has not', () => {
  const page = renderProofPage({ ...proofReport, cost: estimateTier(tier), quotas: neededQuotas(tier) });
  expect(page).toMatch(/<h2>Cost [\s\S]*<h2>Quotas /);
  expect(page).not.toMatch(/<script|src=|href=|url\(|@import/i);
  expect(renderProofPage(proofReport)).not.toMatch(/<h2>(Cost|Quotas)/);
});
