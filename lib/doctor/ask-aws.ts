import type { Diagnosis } from './diagnosis';

/** The name by which an SDK client tells errors apart: `AccessDeniedException`. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

/**
 * Makes a diagnosis by asking AWS. What can't be asked (no credentials, no right, no network) is a diagnosis too, so that one missing
 * right hides nothing else.
 *
 * @param right the IAM action that asking takes
 */
export async function askAws(
  subject: string,
  right: string,
  ask: () => Promise<readonly Diagnosis[]>,
): Promise<readonly Diagnosis[]> {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const next = remedyFor(awsErrorName(error), reason, right);
    return [
      {
        subject,
        verdict: 'unknown',
        says: `AWS could not be asked: ${awsErrorName(error)}: ${reason}`,
        ...(next !== undefined && { next }),
      },
    ];
  }
}

function remedyFor(name: string, reason: string, right: string): string | undefined {
  // The SDK has no name for it.
  if (/region is missing/i.test(reason)) return "Write the stage's env into the tier file, or set AWS_REGION.";
  if (/credentials|token/i.test(name)) return 'Sign in: aws sso login, or set AWS_PROFILE.';
  if (/denied|unauthorized/i.test(name)) return `Asking takes the right to ${right}.`;
  return undefined;
}
