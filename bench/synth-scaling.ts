import { App } from 'aws-cdk-lib';
import { context as featureFlags } from '../cdk.json';
import { parseTier, shardedPostgres } from '../lib/definition';
import { synthesizeTier } from '../lib/stacks';
import config from '../tier.config';
import { paired, type Benchmark } from './paired';

const MANY = 300;
const FEW = 100;
/** A run takes seconds, and the ratio hardly varies. */
const RUNS = 6;

/** Templates of three hundred shards against a hundred: three times the work, and hardly more. */
export const synthScaling: Benchmark = {
  name: `synth of ${MANY} shards against ${FEW}`,
  limit: { atMost: 3.3 },
  run: (signal) =>
    paired(
      () => secondsOf(MANY),
      () => secondsOf(FEW),
      (many, few) => `${many.toFixed(1)} s against ${few.toFixed(1)} s`,
      { signal, runs: RUNS },
    ),
};

function secondsOf(shards: number): number {
  const { posts } = config.stores;
  const tier = parseTier(
    { ...config, stores: { ...config.stores, posts: shardedPostgres({ ...posts, shards }) } },
    { stage: 'prod' },
  );
  const began = performance.now();
  // Without the validators, whose time is the templates' size and not ours.
  const app = new App({ postCliContext: featureFlags, treeMetadata: false });
  synthesizeTier(app, tier);
  app.synth();
  return (performance.now() - began) / 1000;
}
