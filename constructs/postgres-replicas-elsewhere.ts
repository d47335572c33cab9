import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { PostgresServers, type PostgresServersProps } from './postgres-servers';

export interface PostgresReplicasElsewhereProps extends PostgresServersProps {
  /** The primary, in a region of the same account. Its storage is encrypted, and its backups reach back a day at least. */
  readonly source: {
    /** Its `DBInstanceIdentifier`. */
    readonly identifier: string;
    readonly region: string;
  };
  /** Replicas by name; a name is part of the server's identifier and logical id, and is never reused. */
  readonly replicas: Readonly<Record<string, { readonly instanceType: ec2.InstanceType }>>;
}

/**
 * Read replicas of an RDS for PostgreSQL primary that stands in another region than this stack.
 *
 * They know the primary by its ARN, which its region and identifier give: no stack refers to one of another region. Each has its own
 * storage, encrypted with a key of this region, and its own subnets, security group and parameters, as the primary has in its own.
 *
 * RDS makes such a replica with the default parameters of its class, and CloudFormation then gives it those of this stack and restarts it. So its
 * class must give as many connections by default as the primary has.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html
 */
export class PostgresReplicasElsewhere extends Construct implements ec2.IConnectable {
  readonly replicas: Readonly<Record<string, rds.DatabaseInstanceReadReplica>>;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: PostgresReplicasElsewhereProps) {
    super(scope, id);
    const servers = new PostgresServers(this, props, 'Replicas');
    this.securityGroup = servers.securityGroup;
    this.connections = servers.connections;
    const { identifier, region } = props.source;
    const source = rds.DatabaseInstance.fromDatabaseInstanceAttributes(this, 'Primary', {
      instanceIdentifier: identifier,
      // Nobody asks it for more than its ARN.
      instanceEndpointAddress: '',
      port: 0,
      securityGroups: [],
      engine: servers.engine,
    });
    const sourceArn = Stack.of(this).formatArn({
      service: 'rds',
      region,
      resource: 'db',
      resourceName: identifier,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.replicas = Object.fromEntries(
      Object.entries(props.replicas).map(([name, { instanceType }]) => {
        const replica = servers.addReplica(name, {
          instanceType,
          source,
          encryption: KEY_OF_REGION,
        });
        const resource = replica.node.defaultChild as rds.CfnDBInstance;
        // CDK names a source in the stack's own region.
        resource.sourceDbInstanceIdentifier = sourceArn;
        resource.sourceRegion = region;
        resource.kmsKeyId = props.encryptionKey.keyArn;
        return [name, replica];
      }),
    );
  }
}

const KEY_OF_REGION = {
  id: 'AwsSolutions-RDS2',
  reason:
    'A replica is encrypted as its primary is, and with the key of its own region that it names; AWS refuses to be told so of a replica.',
};
