import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000';

/** A stack of its own with what a store stands on: a VPC of two isolated subnets, and a key. */
export function storeStack(scope: Construct, id: string, region = 'eu-west-1') {
  const stack = new Stack(scope, id, { env: { account: '111122223333', region } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-11111111',
    availabilityZones: [`${region}a`, `${region}b`],
    isolatedSubnetIds: ['subnet-aaaaaaaa', 'subnet-bbbbbbbb'],
    isolatedSubnetRouteTableIds: ['rtb-aaaaaaaa', 'rtb-bbbbbbbb'],
  });
  const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  return { stack, place: { vpc, vpcSubnets, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) } };
}
