import { PolystoreError } from '../errors';
import type { Endpoint } from '../topology';
import type { Unreachable } from '../valkey';

/** A cache that answers nobody, or not with the login that the secret holds. `endpoint`: where the client looks for its servers. */
export function cacheUnavailable(
  store: string,
  { host, port }: Endpoint,
  { because, cause, sent }: Unreachable,
): PolystoreError<'SERVER_UNAVAILABLE'> {
  const server = `${host}:${port}`;
  const outcome = sent ? 'the command was sent and may have been done' : 'nothing was sent';
  return new PolystoreError(
    'SERVER_UNAVAILABLE',
    `${store} at ${server} is unavailable (${cause.message}): ${outcome}`,
    {
      details: { store, server, sent },
      retryable: because === 'silence' && !sent,
      next:
        because === 'login'
          ? 'Compare the secret of this login with the user in the cache; where the tier was just deployed, wait for the user to be active.'
          : sent
            ? 'Read what the command should have written before you retry.'
            : 'Retry: the client goes on looking for its servers.',
      cause,
    },
  );
}
