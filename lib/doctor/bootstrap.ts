import type { TierDefinition } from '../definition';
import { askAws, awsErrorName } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/** Where `cdk bootstrap` writes its version, with the qualifier that CDK has unless told otherwise. */
const VERSION_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

/**
 * The version that CDK's templates ask for: a rule in each refuses to deploy on an older one.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 */
const VERSION_NEEDED = 6;

/** Whether `cdk bootstrap` was run in the account and region, lately enough. */
export function diagnoseBootstrap({ stage }: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const subject = 'bootstrap';
  const { env } = stage;
  const next = `npx cdk bootstrap${env === undefined ? '' : ` aws://${env.account}/${env.region}`}`;
  return askAws(subject, 'ssm:GetParameter', async () => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    try {
      const { Parameter } = await new SSMClient(scope).send(new GetParameterCommand({ Name: VERSION_PARAMETER }));
      const version = Number(Parameter?.Value);
      if (version >= VERSION_NEEDED) return [{ subject, verdict: 'good', says: `CDK bootstrap version ${version}` }];
      const says = `CDK bootstrap version ${Parameter?.Value ?? 'none'}, needed is ${VERSION_NEEDED}`;
      return [{ subject, verdict: 'bad', says, next }];
    } catch (error) {
      if (awsErrorName(error) !== 'ParameterNotFound') throw error;
      return [{ subject, verdict: 'bad', says: 'the account and region are not bootstrapped for the CDK', next }];
    }
  });
}
