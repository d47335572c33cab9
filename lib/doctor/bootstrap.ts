import type { TierDefinition } from '../definition';
import { askAws, awsErrorName } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/** What `cdk bootstrap` calls its resources by, unless told otherwise. */
const USUAL_QUALIFIER = 'hnb659fds';

/**
 * The version that CDK's templates ask for: a rule in each refuses to deploy on an older one.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 */
const VERSION_NEEDED = 6;

/** Whether `cdk bootstrap` was run in the account and region, lately enough. */
export function diagnoseBootstrap(
  { stage }: TierDefinition,
  scope: AwsScope,
  fromCdkJson?: string,
): Promise<readonly Diagnosis[]> {
  const subject = 'bootstrap';
  const { env } = stage;
  const qualifier = stage.bootstrapQualifier ?? fromCdkJson ?? USUAL_QUALIFIER;
  const isUsual = qualifier === USUAL_QUALIFIER;
  const next = [
    'npx cdk bootstrap',
    ...(env === undefined ? [] : [`aws://${env.account}/${env.region}`]),
    ...(isUsual ? [] : [`--qualifier ${qualifier} --toolkit-stack-name CDKToolkit-${qualifier}`]),
  ].join(' ');
  const called = isUsual ? '' : ` with qualifier ${qualifier}`;
  return askAws(subject, 'ssm:GetParameter', async () => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    try {
      const { Parameter } = await new SSMClient(scope).send(
        new GetParameterCommand({ Name: `/cdk-bootstrap/${qualifier}/version` }),
      );
      const version = Number(Parameter?.Value);
      if (version >= VERSION_NEEDED)
        return [{ subject, verdict: 'good', says: `CDK bootstrap version ${version}${called}` }];
      const says = `CDK bootstrap version ${Parameter?.Value ?? 'none'}${called}, needed is ${VERSION_NEEDED}`;
      return [{ subject, verdict: 'bad', says, next }];
    } catch (error) {
      if (awsErrorName(error) !== 'ParameterNotFound') throw error;
      return [
        { subject, verdict: 'bad', says: `the account and region are not bootstrapped for the CDK${called}`, next },
      ];
    }
  });
}
