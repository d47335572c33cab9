import type { Outcome } from '../smoke';
import { renderCostSection } from './cost-section';
import { renderDashboardPicture } from './dashboard-picture';
import { escapeHtml } from './escape-html';
import { PAGE_STYLE } from './page-style';
import type { ProofReport } from './proof-report';
import { renderQuotaSection } from './quota-section';
import { renderTierPicture } from './tier-picture';

/** The report as one HTML file that needs nothing beside it: no script, no font, no request. */
export function renderProofPage(report: ProofReport): string {
  const title = `${report.tier}/${report.stage}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · cdk-polystore</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${renderVerdict(report, title)}
${renderLosses(report)}
${renderTierPicture(report)}
${Object.keys(report.stores)
  .map((store) => renderStore(report, store))
  .join('\n')}
${renderSynthesis(report)}
${renderDashboards(report)}
${report.cost === undefined ? '' : renderCostSection(report.cost)}
${report.quotas === undefined ? '' : renderQuotaSection(report.quotas)}
<footer>cdk-polystore ${escapeHtml(report.kit)} · smoke run ${escapeHtml(report.smoke.run)} · the same figures as JSON: report.json</footer>
</main>
</body>
</html>
`;
}

function renderVerdict(report: ProofReport, title: string): string {
  const { counts, durationMs, startedAt, synthesis, servers, losses = [] } = report;
  const faults = [
    ...(counts.failed > 0 ? [`${counts.failed} broken ${counts.failed === 1 ? 'promise' : 'promises'}`] : []),
    ...(losses.length > 0 ? [`${losses.length} ${losses.length === 1 ? 'loss' : 'losses'} by what has changed`] : []),
  ];
  const verdict = faults.length === 0 ? 'good' : 'bad';
  const words = faults.length === 0 ? 'every promise that can be checked here holds' : faults.join(', ');
  const facts = [
    ['checks', `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`],
    ['servers', `${servers.filter(({ isUp }) => isUp).length} of ${servers.length} up`],
    ['templates', `${synthesis.stacks.length} stacks, ${synthesis.acknowledged.length} acknowledged findings`],
    ['run', `${startedAt.replace('T', ' ').slice(0, 16)} UTC, ${(durationMs / 1000).toFixed(1)} s`],
  ];
  return `<header class="${verdict}"><h1>${escapeHtml(title)}</h1><p class="verdict">${words}</p>
<dl>${facts.map(([term, fact]) => `<div><dt>${term}</dt><dd>${escapeHtml(fact ?? '')}</dd></div>`).join('')}</dl></header>`;
}

function renderLosses({ losses = [] }: ProofReport): string {
  if (losses.length === 0) return '';
  return `<section><h2>What would be lost <small>against the committed baseline</small></h2>
<ul>${losses.map((loss) => `<li>${escapeHtml(loss)}</li>`).join('')}</ul></section>`;
}

function renderStore({ smoke, stores }: ProofReport, store: string): string {
  const rows = smoke.outcomes.filter((outcome) => outcome.store === store);
  return `<section><h2>${escapeHtml(store)} <small>${escapeHtml(stores[store]?.kind ?? '')}</small></h2>
<table><thead><tr><th></th><th>what</th><th>promise</th><th>evidence</th><th class="number">ms</th></tr></thead>
<tbody>${rows.map(renderOutcome).join('')}</tbody></table></section>`;
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;

function renderOutcome(outcome: Outcome): string {
  return `<tr class="${outcome.status}"><td class="mark" title="${outcome.status}">${MARKS[outcome.status]}</td>
<td>${escapeHtml(outcome.subject)}<br><code>${escapeHtml(outcome.check)}</code></td>
<td>${escapeHtml(outcome.promise)}</td><td>${renderEvidence(outcome)}</td>
<td class="number">${Math.round(outcome.durationMs)}</td></tr>`;
}

function renderEvidence(outcome: Outcome): string {
  if (outcome.status === 'skipped') return escapeHtml(outcome.reason);
  const facts = Object.entries(outcome.evidence)
    .map(([name, value]) => `<span class="fact"><b>${escapeHtml(name)}</b> ${escapeHtml(showValue(value))}</span>`)
    .join(' ');
  if (outcome.status === 'passed') return facts;
  const lines = [...(outcome.notes ?? []), `unaffected: ${outcome.unaffected}`, `next: ${outcome.next}`];
  return `<strong>${escapeHtml(outcome.reason)}</strong>${lines.map((line) => `<br>${escapeHtml(line)}`).join('')}<br>${facts}`;
}

function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'none';
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, entry]) => `${name} ${String(entry)}`);
    return entries.length > 0 ? entries.join(', ') : 'none';
  }
  return String(value);
}

function renderSynthesis({ synthesis }: ProofReport): string {
  const stacks = synthesis.stacks.map(
    ({ name, resources }) => `<tr><td>${escapeHtml(name)}</td><td class="number">${resources}</td></tr>`,
  );
  const notices = (synthesis.notices ?? []).map((notice) => `<p>${escapeHtml(notice)}</p>`);
  const acknowledged = synthesis.acknowledged.map(
    ({ rule, reason, paths }) =>
      `<tr><td><code>${escapeHtml(rule)}</code></td><td>${escapeHtml(reason)}</td><td class="number">${paths.length}</td></tr>`,
  );
  return `<section><h2>Templates <small>for AWS</small></h2>
<table><thead><tr><th>stack</th><th class="number">resources</th></tr></thead><tbody>${stacks.join('')}</tbody></table>${notices.join('')}
<details><summary>${synthesis.acknowledged.length} acknowledged findings</summary>
<table><thead><tr><th>rule</th><th>why it is accepted</th><th class="number">places</th></tr></thead><tbody>${acknowledged.join('')}</tbody></table></details></section>`;
}

function renderDashboards({ synthesis: { dashboards = [] } }: ProofReport): string {
  return dashboards
    .map(
      ({ name, widgets }) =>
        `<section><h2>Dashboard <small>${escapeHtml(name)}, without data</small></h2>${renderDashboardPicture(widgets)}</section>`,
    )
    .join('\n');
}
