import { isPolystoreError, PolystoreError } from '../errors';
import type { RotationRequest } from './rotation-step';
import type { SecretValue, SecretVersions } from './secret-versions';

/** The login that a secret holds, where it is used: what a rotation changes. */
export interface RotatedLogin {
  /** What follows a login, with a password that nobody has seen. */
  next(current: SecretValue): SecretValue;
  /** Lets somebody log in with what is pending, while whoever has what is current still may. Called again, it does no harm. */
  set(change: { readonly current: SecretValue; readonly pending: SecretValue }): Promise<void>;
  /** Whether a login is taken. Rejects where nobody answers. */
  accepts(login: SecretValue): Promise<boolean>;
}

export interface Rotation {
  readonly versions: SecretVersions;
  readonly login: RotatedLogin;
}

/** What a step found: `done`, what it was called for; `nothing`, that it had been done. */
export type RotationOutcome = 'done' | 'nothing';

/**
 * One step of a rotation, as Secrets Manager asks for it. Every step may be cut off anywhere and asked for again, and what is current is taken all the
 * time: until the last one, which changes what the secret says, nobody sees anything of a rotation.
 *
 * @throws {PolystoreError} ROTATION_FAILED where the version is none of a rotation that is under way, or the new login is not taken
 */
export async function rotateSecret(request: RotationRequest, rotation: Rotation): Promise<RotationOutcome> {
  try {
    return await takeStep(request, rotation);
  } catch (cause) {
    if (isPolystoreError(cause)) throw cause;
    throw rotationFailed(request, cause instanceof Error ? cause.message : String(cause), TRIED_AGAIN, cause);
  }
}

async function takeStep(request: RotationRequest, { versions, login }: Rotation): Promise<RotationOutcome> {
  const { step, secret, version } = request;
  const labels = await versions.labels(secret);
  const own = labels.get(version) ?? [];
  const failed = (why: string, next = TRIED_AGAIN) => rotationFailed(request, why, next);
  if (own.includes('AWSCURRENT')) return 'nothing';
  if (!own.includes('AWSPENDING')) throw failed(`version ${version} is not pending`);

  const current = await versions.read(secret, 'AWSCURRENT');
  if (current === undefined) throw failed('no version is current', NO_VALUE);
  const pending = await versions.read(secret, 'AWSPENDING');
  if (step === 'createSecret') {
    if (pending !== undefined) return 'nothing';
    await versions.keepPending(secret, version, login.next(current));
    return 'done';
  }
  if (step === 'testSecret') {
    // Secrets Manager tries a new schedule by this step alone, with a version that no rotation has made.
    if (!(await login.accepts(pending ?? current))) throw failed('the login is not taken');
    return 'done';
  }
  if (pending === undefined) throw failed(`version ${version} holds nothing`);
  if (step === 'setSecret') {
    await login.set({ current, pending });
    return 'done';
  }
  // A deployment that changed the user since then may have set it back to what is current.
  if (!(await login.accepts(pending))) throw failed('the login is not taken any more');
  const [before] = [...labels].find(([, stages]) => stages.includes('AWSCURRENT')) ?? [];
  if (before === undefined) throw failed('no version is current', NO_VALUE);
  await versions.makeCurrent(secret, version, before);
  return 'done';
}

const TRIED_AGAIN = 'Secrets Manager tries again by itself; if it goes on, see the runbook of the passwords.';
const NO_VALUE = 'Put a login into the secret, as the runbook of the passwords says.';

const rotationFailed = (
  { step, secret }: RotationRequest,
  why: string,
  next: string,
  cause?: unknown,
): PolystoreError<'ROTATION_FAILED'> =>
  new PolystoreError('ROTATION_FAILED', `${step} of ${secret}: ${why}`, {
    details: { secret, step },
    retryable: true,
    next,
    ...(cause !== undefined && { cause }),
  });
