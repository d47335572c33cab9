/** Why AWS was not asked, or did not answer; and what to do about it. */
export interface AwsRefusal {
  readonly says: string;
  readonly next?: string;
}

/**
 * What an error of the AWS SDK says to a person; `undefined` for any other error. Where nobody has signed in, or no region is chosen, nothing of the
 * kit is at fault, and a stack trace would hide that.
 */
export function awsRefusal(error: unknown): AwsRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  // The SDK has no name for it.
  if (message === 'Region is missing')
    return { says: 'AWS could not be asked: no region is chosen', next: 'Set AWS_REGION to the region of the stage.' };
  const says = `AWS could not be asked: ${name}: ${message}`;
  if (/credentials|token/i.test(name)) return { says, next: 'Sign in: aws sso login, or set AWS_PROFILE.' };
  // Whatever a service answered carries these.
  if (!('$metadata' in error)) return undefined;
  return /denied|unauthorized/i.test(name)
    ? { says, next: 'Ask with rights to do so: docs/to-production.md says which.' }
    : { says };
}
