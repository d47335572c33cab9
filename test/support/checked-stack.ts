import { App, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { context as featureFlags } from '../../cdk.json';
import { WITHOUT_STACK_TRACES } from '../../lib/stacks/stack-traces';
import { turnOnTemplateRules } from './template-rules';

turnOnTemplateRules();

export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000';

/** An app that refuses, when it is synthesized, what CloudFormation or cdk-nag's AwsSolutions would. */
export function checkedApp(): App {
  const app = new App({ context: WITHOUT_STACK_TRACES, postCliContext: featureFlags });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** A stack of its own with what a store stands on: a VPC of two isolated subnets, and a key. */
export function storeStack(app: App, id: string, region = 'eu-west-1') {
  const stack = new Stack(app, id, { env: { account: '111122223333', region } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-11111111',
    availabilityZones: [`${region}a`, `${region}b`],
    isolatedSubnetIds: ['subnet-aaaaaaaa', 'subnet-bbbbbbbb'],
    isolatedSubnetRouteTableIds: ['rtb-aaaaaaaa', 'rtb-bbbbbbbb'],
  });
  const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  return { stack, place: { vpc, vpcSubnets, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) } };
}
