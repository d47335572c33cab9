import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { context as featureFlags } from '../cdk.json';
import { estimateTier } from '../lib/cost';
import { parseTier, shardedPostgres, type TierDefinition } from '../lib/definition';
import { diffStage, renderStageDiff } from '../lib/diff';
import { baselineOf, guardStages, readSynthesizedStacks, renderVerdicts, type Baseline } from '../lib/guard';
import { synthesizeTier } from '../lib/stacks';
import config from '../tier.config';
import { inTurns, medianOf, summarize, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

const SHARDS = 300;
const STAGE = 'prod';
const LARGER = 'r8g.xlarge';
const PLAIN = { bold: String, dim: String, green: String, red: String, yellow: String };

/** What `polystore guard` and `polystore diff` take beyond synthesizing: three hundred shards whose class changes. */
export const guardAndDiff: Benchmark = {
  name: `guard and diff of ${SHARDS} shards, after synth`,
  limit: { atMost: 2 },
  run: (signal) =>
    withTemporaryDirectory(async (root) => {
      const before = tierWith({});
      const after = tierWith({ class: LARGER });
      const [old, now] = [join(root, 'before'), join(root, 'after')];
      for (const [outdir, definition] of [
        [old, before],
        [now, after],
      ] as const) {
        // Each takes seconds, in which no Ctrl-C is heard.
        await nextTurn();
        signal.throwIfAborted();
        synthesizeTo(outdir, definition);
      }
      const baseline: Baseline = {
        version: 1,
        tier: after.name,
        schemas: '',
        decisions: [],
        stages: { [STAGE]: baselineOf(readSynthesizedStacks(old)) },
      };
      const guardOnce = (): unknown => {
        const comparisons = guardStages(baseline, { [STAGE]: readSynthesizedStacks(now) }, 'these stages');
        return renderVerdicts(comparisons, PLAIN);
      };
      const diffOnce = (): void => {
        const side = (directory: string, definition: TierDefinition) => ({
          stacks: readSynthesizedStacks(directory),
          definition,
          cost: estimateTier(definition),
        });
        const text = renderStageDiff(diffStage(STAGE, side(old, before), side(now, after)), STAGE, PLAIN);
        if (!text.includes(`db.r8g.large → db.${LARGER}`)) throw new Error(`no change of class in: ${text}`);
      };
      const measure = () => ({ guard: secondsOf(guardOnce), diff: secondsOf(diffOnce) });
      const [times = []] = await inTurns([measure], { signal });
      const guard = medianOf(times.map((run) => run.guard));
      const diff = medianOf(times.map((run) => run.diff));
      const both = summarize(times.map((run) => run.guard + run.diff));
      return { ...both, unit: 's', detail: `guard ${guard.toFixed(2)} s, diff ${diff.toFixed(2)} s` };
    }),
};

function tierWith(changes: { readonly class?: typeof LARGER }): TierDefinition {
  const { posts } = config.stores;
  const stores = { ...config.stores, posts: shardedPostgres({ ...posts, ...changes, shards: SHARDS }) };
  return parseTier({ ...config, stores }, { stage: STAGE });
}

function synthesizeTo(outdir: string, definition: TierDefinition): void {
  const app = new App({ postCliContext: featureFlags, treeMetadata: false, outdir });
  synthesizeTier(app, definition);
  app.synth();
}

function secondsOf(work: () => unknown): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}
