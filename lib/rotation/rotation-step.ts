import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument } from '../errors';

/** What Secrets Manager asks of a rotation function, one call a step, in this order; each may come again. */
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type RotationStep = (typeof STEPS)[number];

/**
 * One call of a rotation function.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export interface RotationRequest {
  readonly step: RotationStep;
  /** ARN of the secret. */
  readonly secret: string;
  /** Id of the version that the rotation makes. */
  readonly version: string;
}

const text = z.string().check(z.minLength(1));
const event = z.object({ Step: z.enum(STEPS), SecretId: text, ClientRequestToken: text });

/** @throws {PolystoreError} DOCUMENT_INVALID for what Secrets Manager does not send */
export function decodeRotationRequest(value: unknown): RotationRequest {
  const parsed = event.safeParse(value, { error: documentWords });
  if (!parsed.success) {
    const next = 'A rotation is started by Secrets Manager: aws secretsmanager rotate-secret --secret-id SECRET';
    throw invalidDocument('rotation', 'the event', describeFaults(parsed.error), next);
  }
  const { Step: step, SecretId: secret, ClientRequestToken: version } = parsed.data;
  return { step, secret, version };
}
