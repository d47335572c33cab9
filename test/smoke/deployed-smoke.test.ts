import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import {
  encodeLastReport,
  invokeDeployedSmoke,
  readLastReport,
  renderLastReport,
  smokeFunctionName,
  type Failed,
  type SmokeReport,
} from '../../lib/smoke';

const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);
beforeEach(() => (lambda.reset(), ssm.reset()));

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

describe('the last report', () => {
  const failure = (subject: string, reason = 'ECONNREFUSED'): Failed => ({
    status: 'failed',
    store: 'posts',
    subject,
    check: 'serves-reads',
    promise: 'It serves reads.',
    durationMs: 3,
    evidence: { lag: 1 },
    reason,
    unaffected: 'the rest',
    next: 'look',
  });
  const reportOf = (outcomes: readonly Failed[]): SmokeReport => ({
    ...report,
    outcomes,
    counts: { passed: 0, failed: outcomes.length, skipped: 0 },
  });
  const kept = (value: string) => ssm.on(GetParameterCommand).resolves({ Parameter: { Value: value } });

  it('is read from the parameter of the tier, and shown', async () => {
    kept(encodeLastReport(reportOf([failure('posts/s0')])));
    const last = await readLastReport('/blog/prod');
    expect(ssm.commandCalls(GetParameterCommand)[0]?.args[0].input).toEqual({ Name: '/blog/prod/smoke/last-report' });
    expect(renderLastReport(last, { dim: String, green: String, red: String })).toBe(
      [
        'blog/prod as it was proven at 2030-01-02T03:04:05.000Z',
        '✗ posts  0/1',
        '✗ posts/s0 serves-reads: ECONNREFUSED',
        '  unaffected: the rest',
        '  next: look',
        'the whole report is in the log group /aws/lambda/blog-prod-smoke-test, run r',
        '0 passed, 1 failed, 0 skipped',
        '',
      ].join('\n'),
    );
  });

  it('fits where it is kept, however much failed, and counts what it leaves out', async () => {
    const many = Array.from({ length: 2_700 }, (_, shard) => failure(`posts/s${shard}`, 'ü'.repeat(shard * 50 + 1)));
    const text = encodeLastReport(reportOf(many));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    kept(text);
    const { failures, omitted } = await readLastReport('/blog/prod');
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.length + omitted).toBe(2_700);
  });

  it.each([
    ['was not deployed', Object.assign(new Error('no'), { name: 'ParameterNotFound' }), undefined, 'DOCUMENT_MISSING'],
    ['was not proven yet', undefined, 'none yet', 'DOCUMENT_MISSING'],
    ['was proven by another version', undefined, '{"version":7}', 'DOCUMENT_INVALID'],
    ['has something else there', undefined, 'hello', 'DOCUMENT_INVALID'],
  ])('of a tier that %s is refused', async (_what, error, value, code) => {
    if (error) ssm.on(GetParameterCommand).rejects(error);
    else kept(value ?? '');
    await expect(readLastReport('/blog/prod')).rejects.toMatchObject({ code });
  });
});
