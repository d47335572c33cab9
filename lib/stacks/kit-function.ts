import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcards, DeploymentStep, IsolatedFunction, type IDataNetwork } from '../../constructs';
import type { StoreDefinition, TierDefinition } from '../definition';
import type { PlannedFunction } from '../inventory';
import type { FunctionRights } from './function-rights';
import { functionTimeout, patienceSeconds } from './function-timeouts';
import { lambdaBundle, lambdaCode } from './lambda-code';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';

export interface KitFunctionProps {
  readonly tier: TierDefinition;
  readonly planned: PlannedFunction;
  /** The stores that it reaches: those of its family. */
  readonly stores: readonly StoreDefinition[];
  readonly network: IDataNetwork;
  /** Says what it reaches. */
  readonly securityGroup: ec2.ISecurityGroup;
  readonly logGroup: logs.ILogGroup;
  readonly rights: FunctionRights;
  /** Beside what every function of the kit has. @default - nothing */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a deployment tells a function that it calls. */
export interface KitStepProps {
  /** Of the templates of what it reaches: it runs again when this changes. */
  readonly templates: string;
  /** @default - nothing */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** One of the kit's functions in the isolated subnets, and whatever calls it. */
export class KitFunction extends Construct {
  readonly lambda: IsolatedFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KitFunctionProps,
  ) {
    super(scope, id);
    const { tier, planned, stores, network, rights } = props;
    const { name, task, family, functionName } = planned;
    const patience = patienceSeconds(stores);
    this.lambda = new IsolatedFunction(this, 'Function', {
      functionName,
      description: `${DOES[task]} ${family} stores of ${tier.name}/${tier.stage.name}`,
      code: lambdaCode(name),
      timeout: functionTimeout(task, stores),
      environment: {
        POLYSTORE_PREFIX: parameterName(tier),
        ...(patience !== undefined && { POLYSTORE_PATIENCE_SECONDS: String(patience) }),
        ...props.environment,
      },
      vpc: network.vpc,
      vpcSubnets: network.dataSubnets,
      securityGroup: props.securityGroup,
      logGroup: props.logGroup,
      statements: rights.statements,
    });
    const { role } = this.lambda;
    if (role) for (const { resources, reason } of rights.wildcards) acknowledgeWildcards(role, resources, reason);
  }

  /** The step of a deployment that calls it. */
  addStep(task: keyof typeof RESOURCE_TYPES, { templates, properties }: KitStepProps): DeploymentStep {
    const { tier, planned } = this.props;
    const { logRetention, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    return new DeploymentStep(this, 'Step', {
      handler: this.lambda,
      resourceType: RESOURCE_TYPES[task],
      properties: { Templates: templates, Code: lambdaBundle(planned.name).hash, ...properties },
      logRetention,
      removalPolicy,
    });
  }

  /**
   * Lets Secrets Manager call it for any secret of the account, which it does where a schedule says so.
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
   */
  allowRotation(): void {
    this.lambda.addPermission('SecretsManager', {
      principal: new iam.ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
  }
}

const DOES = { provision: 'Provisions', smoke: 'Proves', rotate: 'Rotates passwords of' } as const;
const RESOURCE_TYPES = { provision: 'Custom::Provision', smoke: 'Custom::SmokeTest' } as const;
