import { ArnFormat, Stack, type Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge-wildcards';
import { addStatements } from './role-policies';

export interface IsolatedFunctionProps {
  /** Fixed, so that people and policies can name the function. */
  readonly functionName: string;
  readonly description: string;
  /** One file, `index.js`, that exports `handler`. */
  readonly code: lambda.Code;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
  /** Says what the function reaches. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** Must exist already, as `/aws/lambda/<functionName>`: the function may not make one. */
  readonly logGroup: logs.ILogGroup;
  /** All that the function's code may ask of AWS. */
  readonly statements: readonly iam.PolicyStatement[];
}

/** What Lambda itself needs to put a function into a VPC. */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** A Lambda function in isolated subnets: it reaches what its security group says, and may do what its statements say. */
export class IsolatedFunction extends lambda.Function {
  constructor(scope: Construct, id: string, props: IsolatedFunctionProps) {
    const role = new FunctionRole(scope, `${id}Role`, props);
    super(scope, id, {
      functionName: props.functionName,
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: props.code,
      handler: 'index.handler',
      timeout: props.timeout,
      memorySize: 512,
      environment: { ...props.environment },
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: [props.securityGroup],
      logGroup: props.logGroup,
      role: role as iam.IRole,
      // What failed is told at once, by an alarm or to whoever called: Lambda need not try twice more on its own.
      retryAttempts: 0,
    });
  }
}

class FunctionRole extends iam.Role {
  constructor(scope: Construct, id: string, { functionName, logGroup, statements }: IsolatedFunctionProps) {
    super(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const functionArn = Stack.of(scope).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    addStatements(this, [
      new iam.PolicyStatement({
        sid: 'Logs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new iam.PolicyStatement({ sid: 'Interfaces', actions: NETWORK_INTERFACE_ACTIONS, resources: ['*'] }),
      // Lambda acts by the role without this condition's key; the function's own code has it.
      new iam.PolicyStatement({
        sid: 'InterfacesNotByCode',
        effect: iam.Effect.DENY,
        actions: NETWORK_INTERFACE_ACTIONS,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
      ...statements,
    ]);
    acknowledgeWildcards(
      this,
      ['*'],
      'Interfaces have no names before Lambda makes them; the function’s own code is denied these actions.',
    );
  }
}
