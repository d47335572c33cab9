import { SSMClient, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { awsRefusal } from '../../bin/aws-refusal';

const asking = (config: object): Promise<unknown> =>
  new SSMClient(config).send(new GetParametersByPathCommand({ Path: '/orders/prod' })).catch((error: unknown) => error);

const REGION = 'eu-west-1';

test('who chose no region is told to, as the SDK itself fails', async () => {
  const region = (): Promise<string> => Promise.reject(new Error('Region is missing'));
  expect(awsRefusal(await asking({ region }))).toEqual({
    says: 'AWS could not be asked: no region is chosen',
    next: 'Set AWS_REGION to the region of the stage.',
  });
});

test('who is not signed in is told to sign in', async () => {
  const credentials = () =>
    Promise.reject(Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' }));
  expect(awsRefusal(await asking({ region: REGION, credentials }))).toEqual({
    says: 'AWS could not be asked: CredentialsProviderError: Could not load',
    next: 'Sign in: aws sso login, or set AWS_PROFILE.',
  });
});

test('what a service answers is told without a stack trace, and what is none of AWS’s stays an unexpected error', () => {
  const answer = (name: string) => Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 400 } });
  expect(awsRefusal(answer('AccessDeniedException'))).toEqual({
    says: 'AWS could not be asked: AccessDeniedException: no',
    next: 'Ask with rights to do so: docs/to-production.md says which.',
  });
  expect(awsRefusal(answer('ThrottlingException'))).toEqual({
    says: 'AWS could not be asked: ThrottlingException: no',
  });
  expect(awsRefusal(new TypeError('ours'))).toBeUndefined();
  expect(awsRefusal('text')).toBeUndefined();
});
