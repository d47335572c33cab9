import { App, Stack, Validations } from 'aws-cdk-lib';
import * as cloudformation from 'aws-cdk-lib/aws-cloudformation';
import { AwsSolutionsChecks } from 'cdk-nag';
import { context } from '../cdk.json';

// The least that a CDK app with the same validators does: one stack, one resource that costs nothing.
const app = new App({ postCliContext: context });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
new cloudformation.CfnWaitConditionHandle(new Stack(app, 'empty'), 'Handle');
app.synth();
