import { parseTier, shardedPostgres, type Profile } from '../lib/definition';
import { createTierApp, TemplateRules } from '../lib/stacks';
import config from '../tier.config';

const SHARDS = 300;

// The protected example with many shards, as `cdk synth` makes it. The argument is the profile that its stacks go by: nobody is woken by a disposable
// one, which has the same databases.
const { posts } = config.stores;
const tier = parseTier(
  { ...config, stores: { ...config.stores, posts: shardedPostgres({ ...posts, shards: SHARDS }) } },
  { stage: 'prod' },
);
const profile = process.argv[2] as Profile;
createTierApp({ definition: { ...tier, stage: { ...tier.stage, profile } }, rules: new TemplateRules() }).synth();
// As bin/app.ts ends.
process.exit();
