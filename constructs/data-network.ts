import { Annotations, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface DataNetworkProps {
  /** IPv4 block of the VPC, /16 to /24; each subnet gets a sixteenth of it. */
  readonly cidr: string;
  /** How long flow logs are kept. @default logs.RetentionDays.THREE_MONTHS */
  readonly flowLogRetention?: logs.RetentionDays;
  /** What becomes of the flow logs when the stack goes. @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly flowLogRemovalPolicy?: RemovalPolicy;
}

/** A network with a place for databases. */
export interface IDataNetwork {
  readonly vpc: ec2.IVpc;
  /** Where databases live: no route leads out of the VPC. */
  readonly dataSubnets: ec2.SubnetSelection;
}

export interface DataNetworkAttributes {
  readonly vpcId: string;
  /** Isolated subnets by zone, at least two. */
  readonly dataSubnetIds: Readonly<Record<string, string>>;
}

/** No region has more zones. A slot is kept for each, so that a zone that comes later renumbers no subnet. */
const MOST_ZONES = 6;
/** A sixteenth of the VPC a subnet: six slots for data, ten left for what may come. */
const SUBNET_BITS = 4;

/**
 * A VPC for databases: an isolated subnet in each zone of its stack, no NAT gateway, no internet gateway, flow logs of all traffic.
 *
 * The VPC's default security group stays as EC2 makes it, which lets its members talk to each other; nothing of the kit joins it. Emptying
 * it takes a function of ours with rights on security groups, whose logs outlive the stack.
 *
 * It spans the zones that its stack names: see {@link ZonedStack}.
 */
export class DataNetwork extends Construct implements IDataNetwork {
  /** A network that is there already, by ids, without asking an account. Nothing is made or changed. */
  static fromAttributes(scope: Construct, id: string, attributes: DataNetworkAttributes): IDataNetwork {
    const subnets = Object.entries(attributes.dataSubnetIds);
    const vpc = ec2.Vpc.fromVpcAttributes(scope, id, {
      vpcId: attributes.vpcId,
      availabilityZones: subnets.map(([zone]) => zone),
      isolatedSubnetIds: subnets.map(([, subnet]) => subnet),
    });
    // Databases need no route table; who does, names it by itself.
    for (const subnet of vpc.isolatedSubnets) {
      Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
    }
    return { vpc, dataSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } };
  }

  readonly vpc: ec2.IVpc;
  readonly dataSubnets: ec2.SubnetSelection;

  constructor(scope: Construct, id: string, props: DataNetworkProps) {
    super(scope, id);
    const zones = Stack.of(this).availabilityZones.length;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(props.cidr),
      maxAzs: zones,
      reservedAzs: Math.max(0, MOST_ZONES - zones),
      natGateways: 0,
      createInternetGateway: false,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        {
          name: 'Data',
          subnetType: ec2.SubnetType.PRIVATE_ISOLATED,
          cidrMask: Number(props.cidr.split('/')[1]) + SUBNET_BITS,
        },
      ],
    });
    Validations.of(vpc).acknowledge({
      id: 'CloudFormation-Validate::W3010',
      reason:
        'Zones are written down on purpose: a subnet that follows an index moves, with its databases, when the account gets a zone.',
    });
    const flowLogs = new logs.LogGroup(this, 'FlowLogs', {
      retention: props.flowLogRetention ?? logs.RetentionDays.THREE_MONTHS,
      removalPolicy: props.flowLogRemovalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs),
      trafficType: ec2.FlowLogTrafficType.ALL,
    });
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    this.vpc = vpc as ec2.IVpc;
    this.dataSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  }
}
