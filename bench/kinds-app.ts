import { App, Stack, Validations } from 'aws-cdk-lib';
import * as cloudformation from 'aws-cdk-lib/aws-cloudformation';
import { AwsSolutionsChecks } from 'cdk-nag';
import { context } from '../cdk.json';
import {
  documentdb,
  dynamodb,
  neptune,
  parseTier,
  postgres,
  shardedPostgres,
  valkey,
  type StoreKind,
} from '../lib/definition';
import { createTierApp, TemplateRules } from '../lib/stacks';

/** A store of each kind; a kind without one does not compile. */
const STORES = {
  postgres: { main: postgres() },
  shardedPostgres: { posts: shardedPostgres({ shardKey: 'user_id', shards: 4 }) },
  valkey: { sessions: valkey() },
  dynamodb: { happenings: dynamodb({ partitionKey: 'person' }) },
  documentdb: { profiles: documentdb() },
  neptune: { people: neptune() },
} as const satisfies Record<StoreKind, object>;

// A protected tier with a store of each kind that the arguments name, as `cdk synth` makes it; without any, an app with one empty stack, which loads
// and checks the same.
const kinds = process.argv.slice(2) as StoreKind[];
const rules = new TemplateRules();
if (kinds.length === 0) synthesizeNothing();
else synthesizeTierOf(kinds);
// As bin/app.ts ends.
process.exit();

function synthesizeNothing(): void {
  const app = new App({ postCliContext: context });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), rules);
  new cloudformation.CfnWaitConditionHandle(new Stack(app, 'empty'), 'Handle');
  app.synth();
}

function synthesizeTierOf(named: readonly StoreKind[]): void {
  const stores = Object.assign({}, ...named.map((kind) => STORES[kind])) as object;
  const definition = parseTier({
    name: 'kinds',
    stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores,
    services: { web: { uses: Object.fromEntries(Object.keys(stores).map((name) => [name, 'write'])) } },
  });
  createTierApp({ definition, rules }).synth();
}
