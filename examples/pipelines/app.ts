import { App, Stack, type StackProps } from 'aws-cdk-lib';
import {
  CodePipeline,
  CodePipelineSource,
  type IFileSetProducer,
  ManualApprovalStep,
  ShellStep,
} from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { parseStages } from 'cdk-polystore';
import { TierStage } from '../../lib/stacks';
import tier from './tier.config';

/**
 * A pipeline of your own that deploys the tier, a stage after the other: dev by itself, prod once somebody has said so. It stands in the account of
 * dev; prod's trusts it (`cdk bootstrap --trust`).
 */
export class TierPipeline extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    // CDK's classes and interfaces differ in nothing but `undefined` in optional members.
    const source = CodePipelineSource.connection('acme/orders', 'main', {
      connectionArn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/1234abcd-12ab-34cd-56ef-1234567890ab',
    });
    const pipeline = new CodePipeline(this, 'Pipeline', {
      // Stages in other accounts read what the pipeline made, with a key that they may use.
      crossAccountKeys: true,
      enableKeyRotation: true,
      synth: new ShellStep('Synth', {
        input: source as IFileSetProducer,
        // What would lose a database fails here, before anything is deployed.
        commands: ['npm ci', 'npx polystore guard', 'npx cdk synth -q'],
      }) as IFileSetProducer,
    });
    for (const definition of parseStages(tier)) {
      const { name, profile } = definition.stage;
      const id = name[0]?.toUpperCase() + name.slice(1);
      pipeline.addStage(
        new TierStage(this, id, { definition }),
        profile === 'protected' ? { pre: [new ManualApprovalStep(`Deploy${id}`)] } : {},
      );
    }
  }
}

/** The app as `cdk.json` names it: `"app": "npx tsx app.ts"`. */
export function pipelineApp(): App {
  const app = new App();
  new TierPipeline(app, 'OrdersPipeline', { env: { account: '111122223333', region: 'eu-west-1' } });
  return app;
}

if (require.main === module) pipelineApp().synth();
