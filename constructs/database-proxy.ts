import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { checkRdsIdentifier } from './rds-identifier';

/** What a proxy stands before, by identifier: the proxy's stack needs no reference to it. */
export type ProxyTarget = { readonly instance: string } | { readonly cluster: string };

export interface DatabaseProxyProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  readonly securityGroup: ec2.ISecurityGroup;
  /** The proxy's name, as in `blog-prod-main-proxy`; 63 characters at most. */
  readonly identifier: string;
  readonly target: ProxyTarget;
  /** May read the secrets, and log in without: see {@link ProxyRole}. */
  readonly role: iam.IRole;
  /** One for each database role that logs in through the proxy with a password: `{ username, password }`. */
  readonly secretArns: readonly string[];
  /**
   * Roles of which there is no secret here. `iam`: they log in to the proxy with tokens, and the proxy to the server with tokens of its own, as far as
   * its role may; the server takes tokens. @default 'refused'
   */
  readonly withoutSecret?: 'refused' | 'iam';
  /** A client that is silent for this long is disconnected. */
  readonly idleClientTimeout: Duration;
  /** How long a client waits for a free connection. */
  readonly borrowTimeout: Duration;
  /** Share of the server's `max_connections`. */
  readonly maxConnectionsPercent: number;
  /** Share of the server's `max_connections` that stays open while idle. */
  readonly maxIdleConnectionsPercent: number;
  /** Name of an endpoint before the readers of the cluster, which AWS has for Aurora only. @default - none */
  readonly readerEndpoint?: string;
  readonly logRetention: logs.RetentionDays;
  /** Of the proxy's log. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /** Of the proxy's log. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * An RDS Proxy before the primary of a PostgreSQL instance or cluster. Clients log in with passwords of database roles, or with tokens of IAM, over TLS
 * only.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-proxy-creating.html (default authentication scheme: secrets beside it are optional)
 */
export class DatabaseProxy extends Construct {
  /** Host before the primary. */
  readonly host: string;
  /** Host before the readers, where there is one. */
  readonly readerHost: string | undefined;

  constructor(scope: Construct, id: string, props: DatabaseProxyProps) {
    super(scope, id);
    const identifier = checkRdsIdentifier(this, props.identifier);
    const network = {
      vpcSubnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
      vpcSecurityGroupIds: [props.securityGroup.securityGroupId],
    };
    // RDS makes a missing group itself, kept for ever, without the store's key and beyond the stack's reach.
    const log = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/rds/proxy/${identifier}`,
      retention: props.logRetention,
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy,
    });
    const proxy = new rds.CfnDBProxy(this, 'Proxy', {
      ...network,
      dbProxyName: identifier,
      engineFamily: 'POSTGRESQL',
      requireTls: true,
      idleClientTimeout: props.idleClientTimeout.toSeconds(),
      // Statements with their values would be in its log.
      debugLogging: false,
      roleArn: props.role.roleArn,
      ...(props.withoutSecret === 'iam' && { defaultAuthScheme: 'IAM_AUTH' }),
      ...(props.secretArns.length > 0 && {
        auth: props.secretArns.map((secretArn) => ({
          authScheme: 'SECRETS',
          clientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256',
          iamAuth: 'DISABLED',
          secretArn,
        })),
      }),
    });
    proxy.addResourceDependency(log.node.defaultChild as logs.CfnLogGroup);
    proxy.node.addDependency(props.role);
    const targets = new rds.CfnDBProxyTargetGroup(this, 'Targets', {
      dbProxyName: proxy.ref,
      // The only name that AWS takes.
      targetGroupName: 'default',
      ...('instance' in props.target
        ? { dbInstanceIdentifiers: [props.target.instance] }
        : { dbClusterIdentifiers: [props.target.cluster] }),
      connectionPoolConfigurationInfo: {
        connectionBorrowTimeout: props.borrowTimeout.toSeconds(),
        maxConnectionsPercent: props.maxConnectionsPercent,
        maxIdleConnectionsPercent: props.maxIdleConnectionsPercent,
      },
    });
    this.host = proxy.attrEndpoint;
    if (props.readerEndpoint !== undefined) {
      const readers = new rds.CfnDBProxyEndpoint(this, 'Readers', {
        ...network,
        dbProxyName: proxy.ref,
        dbProxyEndpointName: checkRdsIdentifier(this, props.readerEndpoint),
        targetRole: 'READ_ONLY',
      });
      readers.addResourceDependency(targets);
      this.readerHost = readers.attrEndpoint;
    }
  }
}
