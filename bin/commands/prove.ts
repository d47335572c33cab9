import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { estimateTier, renderCostLine } from '../../lib/cost';
import type { TierDefinition } from '../../lib/definition';
import { PolystoreError } from '../../lib/errors';
import { baselineFileOf, renderLeftOver, renderVerdicts, sentenceOf } from '../../lib/guard';
import { inspectLocalTier } from '../../lib/local';
import { PROOF_REPORT_VERSION, renderProofPage, type ProofReport, type ProvenServer } from '../../lib/report';
import { exceededQuotas, neededQuotas, renderQuotaWarning } from '../../lib/quota';
import { renderExceptions, type SmokeReport } from '../../lib/smoke';
import type { TemplateRules } from '../../lib/stacks';
import { version } from '../../package.json';
import { describeSmoke } from '../describe-smoke';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { openGuardedTier } from '../guarded-tier';
import { listenForInterrupt } from '../interrupt';
import { printJson } from '../json-output';
import { withPassingTier } from '../passing-tier';
import { forSameTier, synthesisOf } from '../same-tier';
import { painterFor, Steps, type StepResult } from '../terminal';
import { proofDirectory, STATE_ROOT, topologyFileIn, type TierOptions } from '../tier-context';
import { guardTier } from './guard';
import { countingOutcomes, smokeTopologyFile } from './smoke';
import { startTemplateRules } from '../template-rules';

export interface ProveOptions extends TierOptions {
  readonly json?: true;
}

/**
 * The whole journey on one machine: parse, synthesize, run, prove, report, stop. The tier is fresh and stands beside one that may be up;
 * nothing of it is left but the report.
 */
export async function prove(options: ProveOptions): Promise<ExitCode> {
  const began = performance.now();
  const startedAt = new Date().toISOString();
  const rules = startTemplateRules();
  const steps = new Steps(options.json ? process.stderr : process.stdout);
  const definition = await steps.run('tier', async (now) => {
    now(options.tier);
    const value = await openGuardedTier(options);
    return { value, detail: describeTier(value) };
  });
  const synthesis = await steps.run('synth', async (now) => synthesize(definition, rules, now));
  if (!options.json) for (const notice of synthesis.notices ?? []) steps.note(`- ${notice}`);
  const losses = await guardAgainstBaseline(options, steps);
  const { smoke, servers } = await runAndProve(definition, steps, options);
  const cost = estimateTier(definition);
  const quotas = neededQuotas(definition);
  const report: ProofReport = {
    version: PROOF_REPORT_VERSION,
    kit: version,
    tier: definition.name,
    stage: definition.stage.name,
    startedAt,
    durationMs: Math.round(performance.now() - began),
    counts: smoke.counts,
    stores: Object.fromEntries(Object.values(definition.stores).map(({ name, kind }) => [name, { kind }])),
    services: Object.fromEntries(Object.values(definition.services).map(({ name, uses }) => [name, { uses }])),
    servers,
    synthesis,
    ...(losses && { losses }),
    cost,
    quotas,
    smoke,
  };
  const page = await writeReport(report);
  const failed = report.counts.failed + (losses?.length ?? 0);
  if (options.json) {
    printJson(report);
  } else {
    const { passed, skipped } = report.counts;
    for (const need of exceededQuotas(quotas)) steps.note(renderQuotaWarning(need));
    steps.note(`report  ${page} · ${renderCostLine(cost)}`);
    steps.note(`next    ${forSameTier('npx polystore up', options)} · edit ${options.tier} · ${synthesisOf(options)}`);
    steps.note(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
  return failed > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/**
 * Compares every stage with the committed baseline; without one there is nothing to compare with.
 * @returns each loss in a sentence
 */
async function guardAgainstBaseline(options: ProveOptions, steps: Steps): Promise<readonly string[] | undefined> {
  if (!existsSync(baselineFileOf(options.tier))) return undefined;
  const outcome = await steps.run('guard', async (now) => {
    now('the templates of every stage, against the baseline');
    const value = await guardTier({ tier: options.tier });
    const stages = value.comparisons.map(({ stage }) => stage).join(', ');
    const detail = value.isSafe ? `${stages}: nothing would be lost` : `${stages}: something would be lost`;
    return { value, detail, isGood: value.isSafe };
  });
  if (!outcome.isSafe && !options.json) {
    steps.note(renderVerdicts(outcome.comparisons, painterFor(process.stdout)).trimEnd());
    steps.note(forSameTier('  next: npx polystore guard', { tier: options.tier }));
  }
  const leftOver = renderLeftOver(outcome.comparisons, painterFor(process.stdout)).trimEnd();
  // Where something would be lost, that is to be settled first.
  if (outcome.isSafe && leftOver !== '' && !options.json) steps.note(leftOver);
  return outcome.comparisons.flatMap(({ stage, verdicts }) =>
    verdicts.map((verdict) => `${stage}: ${sentenceOf(verdict)}`),
  );
}

/** All of it is work of this process alone, which writes to a terminal at once: what it does is said before each part. */
function synthesize(
  definition: TierDefinition,
  rules: TemplateRules | undefined,
  now: (text: string) => void,
): StepResult<ProofReport['synthesis']> {
  now('the CDK is loaded');
  // The CDK is loaded here alone: no other command needs it, and it takes its time.
  const { createTierApp, summarize } = require('../../lib/stacks') as typeof import('../../lib/stacks');
  const directory = resolve(STATE_ROOT, 'proof', definition.name, 'cdk.out');
  now('stores become stacks');
  const app = createTierApp({ definition, outdir: directory, ...(rules && { rules }) });
  now(rules ? 'templates are written, and held against the rules of AWS' : 'templates are written');
  const summary = summarize(app.synth());
  const { stacks, findings, acknowledged, notices, dashboards } = summary;
  const value = { directory: relative('.', directory), stacks, acknowledged, notices, dashboards };
  return { value, detail: `${stacks.length} stacks, ${findings.length} errors, ${acknowledged.length} acknowledged` };
}

/** Runs a fresh tier for as long as the proof takes; it is stopped and its data deleted, whatever happens. */
async function runAndProve(
  definition: TierDefinition,
  steps: Steps,
  options: ProveOptions,
): Promise<{ readonly smoke: SmokeReport; readonly servers: readonly ProvenServer[] }> {
  const directory = proofDirectory(definition);
  const interrupt = listenForInterrupt();
  try {
    return await withPassingTier(definition, { directory, steps, signal: interrupt.signal }, async () => {
      const smoke = await steps.run('smoke', async (now) => {
        const value = await smokeTopologyFile(topologyFileIn(directory), {
          signal: interrupt.signal,
          onOutcome: countingOutcomes(now),
        });
        return { value, detail: describeSmoke(value), isGood: value.counts.failed === 0 };
      });
      if (!options.json) {
        const exceptions = renderExceptions(smoke.outcomes, painterFor(process.stdout));
        if (exceptions !== '') steps.note(forSameTier(exceptions.trimEnd(), options));
      }
      return { smoke, servers: await inspectServers(directory) };
    });
  } finally {
    interrupt.release();
    if (interrupt.signal.aborted) throw interrupted();
  }
}

const interrupted = (): PolystoreError<'INTERRUPTED'> =>
  new PolystoreError('INTERRUPTED', 'interrupted; the tier was stopped and its data deleted', {
    details: { during: 'prove' },
  });

async function inspectServers(directory: string): Promise<readonly ProvenServer[]> {
  const { servers } = await inspectLocalTier(directory);
  return servers.map(({ store, name, role, lagMs, status }) => ({
    store,
    name,
    role: role ?? 'primary',
    isUp: status.kind === 'running',
    ...(lagMs !== undefined && { lagMs }),
  }));
}

async function writeReport(report: ProofReport): Promise<string> {
  const root = resolve(STATE_ROOT);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(root, 'report.html'), renderProofPage(report));
  return join(STATE_ROOT, 'report.html');
}

function describeTier({ name, stage, stores, services }: TierDefinition): string {
  const count = (things: object, noun: string): string => {
    const { length } = Object.keys(things);
    return `${length} ${noun}${length === 1 ? '' : 's'}`;
  };
  return `${name}/${stage.name}: ${count(stores, 'store')}, ${count(services, 'service')}`;
}
