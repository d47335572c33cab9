import { CustomResource, Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge-wildcards';
import { DeploymentCaller, type DeploymentCallerProps } from './deployment-caller';

export interface DeploymentStepProps extends DeploymentCallerProps {
  /** Called with `{ RequestType, ResourceProperties }`; what it throws fails the deployment. */
  readonly handler: lambda.IFunction;
  /** As in `Custom::SmokeTest`. */
  readonly resourceType: string;
  /** What the step is told, and what makes it run again: it runs when this changes, and only then. Strings at the leaves. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Something that a deployment does by calling a function and waiting for it: CloudFormation's custom resource.
 *
 * The caller stands outside of the VPC, since CloudFormation takes its answer at an address of the internet; the function need not.
 */
export class DeploymentStep extends Construct {
  constructor(scope: Construct, id: string, props: DeploymentStepProps) {
    super(scope, id);
    const { role, logGroup } = new DeploymentCaller(this, props);
    const provider = new Provider(this, 'Caller', {
      onEventHandler: props.handler,
      frameworkOnEventRole: role as iam.IRole,
      logGroup,
    });
    new CustomResource(this, 'Run', {
      resourceType: props.resourceType,
      serviceToken: provider.serviceToken,
      properties: { ...props.properties },
      // The caller gives up after Lambda's 15 minutes; CloudFormation would wait an hour for an answer that never comes.
      serviceTimeout: Duration.minutes(16),
    });
    acknowledgeWildcards(
      role,
      [`${props.handler.functionArn}:*`],
      'CDK lets the caller of a step invoke any version of the one function that is the step.',
    );
  }
}
