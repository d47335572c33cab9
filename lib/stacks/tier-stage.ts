import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { context as featureFlags } from '../../cdk.json';
import type { TierDefinition } from '../definition';
import type { OperationsOptions } from './operations-stack';
import { synthesizeTier, type TierStacks } from './tier-stacks';

export interface TierStageProps extends OperationsOptions {
  readonly definition: TierDefinition;
}

/**
 * A tier of one stage in an app of your own, for a pipeline that deploys it beside what uses it.
 *
 * Its templates are those that {@link createTierApp} makes, but for the place in your app that `Name` tags and descriptions tell, and whatever feature flags your app has: flags decide how resources are named, and a database
 * must not be replaced because a tier moved into a pipeline. What checks your app is yours to say: cdk-nag's AwsSolutions find nothing in the tier.
 */
export class TierStage extends Stage {
  readonly stacks: TierStacks;

  constructor(scope: Construct, id: string, { definition, ...options }: TierStageProps) {
    const { env } = definition.stage;
    super(scope, id, env === undefined ? {} : { env });
    for (const [flag, value] of Object.entries(featureFlags)) this.node.setContext(flag, value);
    this.stacks = synthesizeTier(this, definition, options);
  }
}
