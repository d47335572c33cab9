import { notInstalled, PolystoreError } from '../errors';

/** Calls a deployed function and waits for its answer, parsed from JSON. */
export type FunctionInvoker = (name: string, event: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * Calls a function of AWS Lambda, by the credentials and region of the environment. The SDK is loaded at the first call.
 * @throws {PolystoreError} DOCUMENT_MISSING where no such function is deployed, FUNCTION_FAILED where it threw
 */
export const invokeFunction: FunctionInvoker = async (name, event) => {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda').catch(
    notInstalled('@aws-sdk/client-lambda'),
  );
  const client = new LambdaClient();
  try {
    const request = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) });
    const { FunctionError, Payload } = await client.send(request);
    const answer: unknown = JSON.parse(Payload ? Buffer.from(Payload).toString('utf8') : 'null');
    if (FunctionError !== undefined) throw functionFailed(name, answer);
    return answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') throw functionMissing(name, error);
    throw error;
  } finally {
    client.destroy();
  }
};

function functionFailed(name: string, answer: unknown): PolystoreError<'FUNCTION_FAILED'> {
  return new PolystoreError('FUNCTION_FAILED', `Lambda function ${name} failed: ${messageOf(answer)}`, {
    details: { function: name },
    next: `Look at its log group, /aws/lambda/${name}.`,
  });
}

function functionMissing(name: string, cause: Error): PolystoreError<'DOCUMENT_MISSING'> {
  return new PolystoreError('DOCUMENT_MISSING', `no Lambda function ${name} in this account and region`, {
    details: { document: 'Lambda function', source: name },
    next: 'Check the account and region of your credentials, or deploy the tier.',
    cause,
  });
}

/** The errorMessage of what Lambda answers where a function threw. */
function messageOf(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'errorMessage' in answer) return String(answer.errorMessage);
  return 'it did not say why';
}
