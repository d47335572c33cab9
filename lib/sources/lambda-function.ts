import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { PolystoreError } from '../errors';

/** Calls a deployed function and waits for its answer, parsed from JSON. */
export type FunctionInvoker = (name: string, event: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * Calls a function of AWS Lambda by the credentials and region of the environment.
 * @throws {PolystoreError} DOCUMENT_MISSING where no such function is deployed, FUNCTION_FAILED where it threw
 */
export const invokeFunction: FunctionInvoker = (name, event) => invokeWith(new LambdaClient(), name, event);

/** As {@link invokeFunction}, by a client of the caller. */
export async function invokeWith(
  client: LambdaClient,
  name: string,
  event: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { FunctionError, Payload } = await send(client, name, event);
  const answer: unknown = JSON.parse(Payload ? Buffer.from(Payload).toString('utf8') : 'null');
  if (FunctionError === undefined) return answer;
  throw new PolystoreError('FUNCTION_FAILED', `Lambda function ${name} failed: ${messageOf(answer)}`, {
    details: { function: name },
    next: `Look at its log group, /aws/lambda/${name}.`,
  });
}

async function send(client: LambdaClient, name: string, event: Readonly<Record<string, unknown>>) {
  try {
    return await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  } catch (cause) {
    if (!(cause instanceof ResourceNotFoundException)) throw cause;
    throw new PolystoreError('DOCUMENT_MISSING', `no Lambda function ${name} in this account and region`, {
      details: { document: 'Lambda function', source: name },
      next: 'Check the account and region of your credentials, or deploy the tier.',
      cause,
    });
  }
}

/** The errorMessage of what Lambda answers where a function threw. */
function messageOf(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'errorMessage' in answer) return String(answer.errorMessage);
  return 'it did not say why';
}
