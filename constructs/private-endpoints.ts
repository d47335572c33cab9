import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface PrivateEndpointsProps {
  readonly vpc: ec2.IVpc;
  /** Where the endpoints that are billed by the hour stand, one a zone. A zone without one reaches those of another. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** Services that clients call by endpoints of their own, beside DynamoDB. @default - SSM and Secrets Manager */
  readonly services?: readonly EndpointService[];
  /** Where the one to RDS stands, by which servers can be described and nothing else. @default - there is none */
  readonly rdsSubnets?: ec2.SubnetSelection;
  /** Where the one to STS stands, by which clients assume roles of this account and nothing else. @default - there is none */
  readonly stsSubnets?: ec2.SubnetSelection;
  /** Where the one to ElastiCache stands, and what may be asked by it: {@link DESCRIBE_CACHES}, {@link CHANGE_CACHE_USERS}. @default - there is none */
  readonly elastiCache?: { readonly subnets: ec2.SubnetSelection; readonly actions: readonly string[] };
  /** Said in the group's description. */
  readonly description: string;
  /** Route tables that lead to DynamoDB, none where nobody wants to. @default - those of the VPC's isolated subnets */
  readonly dynamoDb?: { readonly routeTableIds: readonly string[] };
}

/** What clients call by an endpoint that is billed by the hour. */
export type EndpointService = 'Ssm' | 'SecretsManager';
const ENDPOINT_SERVICES: readonly EndpointService[] = ['Ssm', 'SecretsManager'];

/** HTTPS: every API of AWS. */
export const AWS_API_PORT = 443;

/**
 * The ways from isolated subnets to the AWS services that a client of the tier calls, and to no other: SSM for the topology, Secrets Manager
 * for what to log in with, DynamoDB for placements; and, where wanted, RDS and ElastiCache for what only they can tell of a server or a cache, ElastiCache for new passwords of users too, and STS for the roles of consumers. Logs and metrics of a Lambda leave by Lambda's own way and need none.
 *
 * They lead to things of this account only, so that nobody's copy of the data leaves by them. Who may use those of SSM and Secrets Manager is
 * said by rules of {@link securityGroup}, in the client's own stack; the one of DynamoDB is a route, free of charge.
 */
export class PrivateEndpoints extends Construct {
  readonly securityGroup: ec2.ISecurityGroup;

  constructor(scope: Construct, id: string, props: PrivateEndpointsProps) {
    super(scope, id);
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    this.securityGroup = new ec2.SecurityGroup(this, 'Group', {
      vpc: props.vpc,
      description: props.description,
      allowAllOutbound: false,
    }) as ec2.ISecurityGroup;
    for (const name of props.services ?? ENDPOINT_SERVICES) {
      const endpoint = props.vpc.addInterfaceEndpoint(name, {
        service: INTERFACES[name],
        subnets: props.vpcSubnets,
        securityGroups: [this.securityGroup],
        // Opens the group to the whole VPC otherwise.
        open: false,
      });
      endpoint.addToPolicy(this.ownAccountOnly());
    }
    const { RDS, STS, ELASTICACHE } = ec2.InterfaceVpcEndpointAwsService;
    if (props.rdsSubnets) this.addLimited(props, 'Rds', RDS, props.rdsSubnets, DESCRIBE_SERVERS);
    if (props.stsSubnets) this.addLimited(props, 'Sts', STS, props.stsSubnets, ['sts:AssumeRole']);
    if (props.elastiCache) {
      const { subnets, actions } = props.elastiCache;
      this.addLimited(props, 'ElastiCache', ELASTICACHE, subnets, actions);
    }
    if (props.dynamoDb === undefined) {
      const dynamodb = props.vpc.addGatewayEndpoint('DynamoDb', {
        service: ec2.GatewayVpcEndpointAwsService.DYNAMODB,
        subnets: [{ subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      });
      dynamodb.addToPolicy(this.ownAccountOnly());
    } else if (props.dynamoDb.routeTableIds.length > 0) {
      // CDK knows no route tables of a VPC that it did not make.
      new ec2.CfnVPCEndpoint(this, 'DynamoDb', {
        vpcId: props.vpc.vpcId,
        serviceName: new ec2.GatewayVpcEndpointAwsService('dynamodb').name,
        vpcEndpointType: ec2.VpcEndpointType.GATEWAY,
        routeTableIds: [...props.dynamoDb.routeTableIds],
        policyDocument: new iam.PolicyDocument({ statements: [this.ownAccountOnly()] }),
      });
    }
  }

  /** An endpoint by which some things can be asked, and nothing else. */
  private addLimited(
    { vpc }: PrivateEndpointsProps,
    id: string,
    service: ec2.InterfaceVpcEndpointAwsService,
    subnets: ec2.SubnetSelection,
    actions: readonly string[],
  ): void {
    const endpoint = vpc.addInterfaceEndpoint(id, {
      service,
      subnets,
      securityGroups: [this.securityGroup],
      open: false,
    });
    endpoint.addToPolicy(this.ownAccountOnly(actions));
  }

  private ownAccountOnly(actions: readonly string[] = ['*']): iam.PolicyStatement {
    return new iam.PolicyStatement({
      principals: [new iam.AnyPrincipal()],
      actions: [...actions],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': Stack.of(this).account } },
    });
  }
}

/** What RDS is asked by the tier's own functions. */
export const DESCRIBE_SERVERS = ['rds:DescribeDBInstances', 'rds:DescribeDBClusters'] as const;

/** What rotation asks of ElastiCache. */
export const CHANGE_CACHE_USERS = ['elasticache:DescribeUsers', 'elasticache:ModifyUser'] as const;

/** What the smoke test asks ElastiCache about caches and their snapshots. */
export const DESCRIBE_CACHES = [
  'elasticache:DescribeReplicationGroups',
  'elasticache:DescribeServerlessCaches',
  'elasticache:DescribeServerlessCacheSnapshots',
  'elasticache:DescribeSnapshots',
] as const;

const INTERFACES: Readonly<Record<EndpointService, ec2.InterfaceVpcEndpointAwsService>> = {
  Ssm: ec2.InterfaceVpcEndpointAwsService.SSM,
  SecretsManager: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
};
