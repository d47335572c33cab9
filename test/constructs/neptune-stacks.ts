import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeWildcards, NeptuneCluster, type NeptuneClusterProps } from '../../constructs';
import { storeStack } from '../support/store-stack';

export function neptuneStack(scope: Construct, id: string, props: Partial<NeptuneClusterProps> = {}) {
  const { stack, place } = storeStack(scope, id);
  const cluster = new NeptuneCluster(stack, 'Friends', {
    ...place,
    identifier: 'blog-prod-friends',
    engineVersion: '1.4.5.1',
    capacity: { instanceType: new ec2.InstanceType('r8g.large') },
    backupRetention: Duration.days(35),
    slowQueryThreshold: Duration.seconds(1),
    logRetention: RetentionDays.THREE_MONTHS,
    ...props,
  });
  return { stack, cluster };
}

/** Graphs in every shape, each in a stack of its own, and one that is there already with those who use it. */
export function neptuneStacks(scope: Construct) {
  const byClass = neptuneStack(scope, 'ByClass', {
    backupWindow: '02:00-03:00',
    maintenanceWindow: 'sun:04:00-sun:05:00',
  });
  const serverless = neptuneStack(scope, 'Serverless', {
    capacity: { minNcu: 1, maxNcu: 16 },
    readers: 0,
    deletionProtection: false,
    removalPolicy: RemovalPolicy.SNAPSHOT,
  });
  const users = storeStack(scope, 'Users').stack;
  const imported = NeptuneCluster.fromNeptuneClusterAttributes(users, 'Friends', {
    clusterIdentifier: 'friends',
    clusterResourceId: 'cluster-ABCD1234',
    endpoint: 'friends.cluster-1.eu-west-1.neptune.amazonaws.com',
    readerEndpoint: 'friends.cluster-ro-1.eu-west-1.neptune.amazonaws.com',
    securityGroup: ec2.SecurityGroup.fromSecurityGroupId(users, 'Group', 'sg-11111111'),
  });
  const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
  const reader = new iam.Role(users, 'Reader', { assumedBy });
  const writer = new iam.Role(users, 'Writer', { assumedBy });
  imported.grantRead(reader);
  imported.grantReadWrite(writer);
  for (const role of [reader, writer]) {
    acknowledgeWildcards(
      role,
      ['arn:aws:neptune-db:eu-west-1:111122223333:cluster-ABCD1234/*'],
      'All that the cluster holds is one graph.',
    );
  }
  return { byClass, serverless, users, imported };
}
