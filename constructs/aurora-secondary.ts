import { Validations } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { AuroraServers, type AuroraServersProps } from './aurora-servers';

export interface AuroraSecondaryProps extends AuroraServersProps {
  /** Minor version of the primary's cluster, such as `17.5`: AWS refuses any other. */
  readonly engineVersion: string;
  /** The `GlobalClusterIdentifier` of what it joins: see {@link GlobalDatabase}. It is known in every region of the account. */
  readonly globalCluster: string;
}

/**
 * A shard's copy in another region than its primary: an Aurora cluster that the storage of the primary writes to. It takes no writes until somebody
 * makes it the primary, and has the databases, roles and passwords of what it copies; so it has no owner's secret.
 *
 * It leaves the global database before it is deleted, by itself.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-attaching.html
 */
export class AuroraSecondary extends Construct implements ec2.IConnectable {
  readonly cluster: rds.DatabaseClusterFromSnapshot;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: AuroraSecondaryProps) {
    super(scope, id);
    const servers = new AuroraServers(this, props);
    this.connections = props.group.connections;
    // CDK has no cluster that follows another; this class is the one that asks for no master user.
    this.cluster = new rds.DatabaseClusterFromSnapshot(this, 'Cluster', { ...servers.shared, snapshotIdentifier: '' });
    const resource = this.cluster.node.defaultChild as rds.CfnDBCluster;
    resource.addPropertyDeletionOverride('SnapshotIdentifier');
    resource.engineVersion = props.engineVersion;
    resource.globalClusterIdentifier = props.globalCluster;
    Validations.of(this.cluster).acknowledge({
      id: 'Annotation::@aws-cdk/aws-rds:generatedCredsNotApplied',
      reason: 'Nothing is generated: a copy has the roles and passwords of what it copies.',
    });
    servers.complete(this.cluster);
  }
}
