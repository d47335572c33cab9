import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { invokeDeployedSmoke, smokeFunctionName, type SmokeReport } from '../../lib/smoke';

const lambda = mockClient(LambdaClient);
beforeEach(() => lambda.reset());

const report: SmokeReport = {
  version: 1,
  tier: 'blog',
  stage: 'prod',
  world: 'aws',
  run: 'r',
  startedAt: '2030-01-02T03:04:05.000Z',
  durationMs: 1,
  counts: { passed: 0, failed: 0, skipped: 0 },
  outcomes: [],
};

const answer = (value: unknown) => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return Object.assign(bytes, { transformToString: () => JSON.stringify(value) }) as never;
};

describe('invokeDeployedSmoke', () => {
  it('asks the Lambda of the tier for a report', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: answer(report) });
    expect(await invokeDeployedSmoke({ prefix: '/blog/prod' })).toEqual(report);
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input).toEqual({
      FunctionName: 'blog-prod-smoke-test',
      Payload: JSON.stringify({ onFailure: 'report' }),
    });
  });

  it('says so where the function threw', async () => {
    lambda
      .on(InvokeCommand)
      .resolves({ FunctionError: 'Unhandled', Payload: answer({ errorMessage: 'no such thing' }) });
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({
      code: 'FUNCTION_FAILED',
      message: 'Lambda function blog-prod-smoke-test failed: no such thing',
    });
  });

  it('says so where no such tier is deployed', async () => {
    lambda.on(InvokeCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
  });

  it('refuses an answer that is no report', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: answer({ hello: 'there' }) });
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  });
});

describe('smokeFunctionName', () => {
  it.each(['blog/prod', '/blog', '/blog/prod/', '/blog/prod/main', '', '//'])('refuses the prefix %j', (prefix) => {
    expect(() => smokeFunctionName(prefix)).toThrow('allowed is /<tier>/<stage>');
  });
});
