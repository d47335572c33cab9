import { App, Validations, type IPolicyValidationPlugin } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { context as featureFlags } from '../../cdk.json';
import type { TierDefinition } from '../definition';
import type { OperationsOptions } from './operations-stack';
import { WITHOUT_STACK_TRACES } from './stack-traces';
import { synthesizeTier } from './tier-stacks';

export interface TierAppProps extends OperationsOptions {
  readonly definition: TierDefinition;
  /** Context beyond the kit's feature flags. @default - none */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Where the templates are written. @default - where the CDK command line says, else a temporary directory */
  readonly outdir?: string;
  /** What holds CloudFormation's own rules against the templates. @default - CDK's own, unless the environment turns it off (`CDK_VALIDATION=false`) */
  readonly rules?: IPolicyValidationPlugin;
}

/**
 * A CDK app with the stacks of one tier and stage, checked when it is synthesized by CloudFormation's own rules and by cdk-nag's AwsSolutions:
 * a finding that nobody acknowledged is an error.
 *
 * The kit's feature flags win over the command line's: they decide how resources are named, and a database must not be replaced because a flag
 * was flipped.
 */
export function createTierApp({ definition, context, outdir, rules, ...options }: TierAppProps): App {
  const app = new App({
    context: { ...WITHOUT_STACK_TRACES, ...context },
    postCliContext: featureFlags,
    ...(outdir === undefined ? {} : { outdir }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), ...(rules === undefined ? [] : [rules]));
  synthesizeTier(app, definition, options);
  return app;
}
