import { rotateSecret, type RotatedLogin } from '../../lib/rotation/rotate-secret';
import { decodeRotationRequest } from '../../lib/rotation/rotation-step';
import { SecretsManagerVersions } from '../../lib/rotation/secret-versions';
import { topologyFromEnvironment } from '../../lib/sources/tier-sources';
import type { Topology } from '../../lib/topology';
import { telling } from './deployment-step';
import { outOfTime, type FunctionContext } from './remaining-time';

/** What is known when a login is rotated. */
export interface RotationContext {
  readonly topology: Topology;
  /** Aborted when the function must answer. */
  readonly signal: AbortSignal | undefined;
}

/** A function that Secrets Manager calls for each step of a rotation of the tier that the environment names. It logs what it did, and no secret. */
export function rotating(
  loginOf: (secret: string, context: RotationContext) => RotatedLogin,
): (event: unknown, context?: FunctionContext) => Promise<void> {
  return (event, context) =>
    telling(async () => {
      const request = decodeRotationRequest(event);
      const topology = await topologyFromEnvironment(process.env).read();
      const login = loginOf(request.secret, { topology, signal: outOfTime(context) });
      const outcome = await rotateSecret(request, { versions: new SecretsManagerVersions(), login });
      process.stdout.write(`${JSON.stringify({ rotation: { ...request, outcome } })}\n`);
    });
}
