import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { DocumentDbCluster, DocumentDbElasticCluster, type DocumentDbClusterProps } from '../../constructs';
import { storeStack } from '../support/store-stack';

export function documentDbStack(
  scope: Construct,
  id: string,
  props: Partial<DocumentDbClusterProps> = {},
  region?: string,
) {
  const { stack, place } = storeStack(scope, id, region);
  const cluster = new DocumentDbCluster(stack, 'Profiles', {
    ...place,
    identifier: 'blog-prod-profiles',
    engineVersion: '5.0.0',
    capacity: { instanceType: new ec2.InstanceType('r8g.large') },
    ownerName: 'owner',
    backupRetention: Duration.days(35),
    slowOperationThreshold: Duration.millis(500),
    logRetention: RetentionDays.THREE_MONTHS,
    ...props,
  });
  return { stack, cluster };
}

/** Clusters of documents in every shape, each in a stack of its own, and one that is there already. */
export function documentDbStacks(scope: Construct) {
  const byClass = documentDbStack(scope, 'ByClass', {
    backupWindow: '02:00-03:00',
    maintenanceWindow: 'sun:04:00-sun:05:00',
  });
  const reader = new iam.Role(byClass.stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  byClass.cluster.grantLogin(reader);
  const serverless = documentDbStack(
    scope,
    'Serverless',
    {
      capacity: { minDcu: 0.5, maxDcu: 16 },
      readers: 0,
      deletionProtection: false,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    },
    // Where the validator knows no serverless servers, and AWS has them.
    'us-east-1',
  );
  const elastic = storeStack(scope, 'Elastic');
  new DocumentDbElasticCluster(elastic.stack, 'Profiles', {
    ...elastic.place,
    identifier: 'blog-prod-profiles',
    shards: 4,
    vcpuPerServer: 2,
    ownerName: 'owner',
    backupRetention: Duration.days(35),
  });
  const imported = DocumentDbCluster.fromDocumentDbClusterAttributes(elastic.stack, 'Other', {
    clusterIdentifier: 'other',
    endpoint: 'other.cluster-1.eu-west-1.docdb.amazonaws.com',
    readerEndpoint: 'other.cluster-ro-1.eu-west-1.docdb.amazonaws.com',
    ownerSecret: byClass.cluster.ownerSecret,
    securityGroup: ec2.SecurityGroup.fromSecurityGroupId(elastic.stack, 'OtherGroup', 'sg-11111111'),
    port: 27018,
  });
  return { byClass, serverless, elastic, imported };
}
