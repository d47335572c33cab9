import { renderCostLine, type CostEstimate, type CostLine } from '../cost';
import { escapeHtml } from './escape-html';

/** What the stage costs: a row a line that is billed by time, everything else folded away. */
export function renderCostSection(cost: CostEstimate): string {
  const parts = cost.parts.map(({ part, lines, monthlyUsd, atLeast }) => {
    const standing = lines.filter(({ billedBy }) => billedBy === 'time');
    if (standing.length === 0) return '';
    const total = `<tr><td>${escapeHtml(part)}</td><td><b>together</b></td><td></td><td class="number"><b>${atLeast ? '≥ ' : ''}${monthlyUsd.toFixed(2)}</b></td></tr>`;
    return standing.map((line) => renderLine(part, line)).join('') + total;
  });
  const byUse = cost.parts
    .flatMap(({ lines }) => lines.filter(({ billedBy }) => billedBy === 'use'))
    .map(
      ({ item, usdPerUnit, unit }) => `${item}: ${usdPerUnit === 'unknown' ? 'unknown' : `$${usdPerUnit}`} per ${unit}`,
    );
  return `<section><h2>Cost <small>${escapeHtml(renderCostLine(cost))}</small></h2>
<table><thead><tr><th>part</th><th>what</th><th>price</th><th class="number">USD a month</th></tr></thead><tbody>${parts.join('')}</tbody></table>
${folded('billed by use, not counted', [...new Set(byUse)])}
${folded('without a known price', [...new Set(cost.unknown.map(({ part, item }) => `${part}: ${item}`))])}
${folded('assumed', cost.assumptions)}</section>`;
}

function renderLine(part: string, { item, quantity, unit, usdPerUnit, monthlyUsd, source, date }: CostLine): string {
  const price = usdPerUnit === 'unknown' ? 'unknown' : `${quantity} × $${usdPerUnit}/${unit}`;
  const month = monthlyUsd === 'unknown' ? 'unknown' : monthlyUsd.toFixed(2);
  const origin = source === undefined ? '' : `<br><code>${escapeHtml(`${source}, ${date ?? ''}`)}</code>`;
  return `<tr><td>${escapeHtml(part)}</td><td>${escapeHtml(item)}</td><td>${escapeHtml(price)}${origin}</td><td class="number">${month}</td></tr>`;
}

function folded(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const items = lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  return `<details><summary>${lines.length} ${title}</summary><ul>${items}</ul></details>`;
}
