import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';

export interface GlobalDatabaseProps {
  /** Its own identifier, and that of the cluster that becomes its primary, of this account and region; the cluster is there, with its servers. */
  readonly identifier: string;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Makes a cluster the primary of an Aurora Global Database, which clusters of other regions then join by its identifier.
 *
 * The cluster itself knows nothing of it: its template stays as it is, and nothing restarts. Engine, version and encryption are the cluster's own, and
 * may not be said again. Clusters of other regions go before it does.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-globalcluster.html
 */
export class GlobalDatabase extends Construct {
  constructor(scope: Construct, id: string, props: GlobalDatabaseProps) {
    super(scope, id);
    const resource = new rds.CfnGlobalCluster(this, 'Cluster', {
      globalClusterIdentifier: props.identifier,
      // By ARN, which needs no reference: the stack of the cluster must not know.
      sourceDbClusterIdentifier: Stack.of(this).formatArn({
        service: 'rds',
        resource: 'cluster',
        resourceName: props.identifier,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      deletionProtection: props.deletionProtection ?? true,
    });
    resource.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }
}
