import { PolystoreError } from '../errors';
import { cacheUserEnd, SMOKE_ROLE, trustOf, type Topology, type ValkeyTopology } from '../topology';
import { CacheLogin, type CacheLoginOptions } from './cache-login';

export interface CacheLoginsOptions extends Omit<CacheLoginOptions, 'userId' | 'server'> {
  readonly topology: Topology;
  /** What the names of the tier's caches begin with, as in `blog-prod`. */
  readonly servers: string;
}

/**
 * The login that a secret of a cache holds.
 * @throws {PolystoreError} DOCUMENT_MISSING where the topology knows no such secret
 */
export function cacheLoginOf(secret: string, { topology, servers, ...options }: CacheLoginsOptions): CacheLogin {
  for (const [name, store] of Object.entries(topology.stores)) {
    if (store.kind !== 'valkey') continue;
    const user = userOf(secret, store);
    if (user === undefined) continue;
    const server = { endpoint: store.primary.endpoint, trust: trustOf(topology, store) };
    return new CacheLogin({ ...options, server, userId: `${servers}-${name}-${cacheUserEnd(user)}` });
  }
  throw new PolystoreError('DOCUMENT_MISSING', `no cache of the tier has the secret ${secret}`, {
    details: { document: `secret ${secret}`, source: 'the topology' },
    next: 'Deploy the rotation stack of the tier: its schedules are those of secrets that are there.',
  });
}

function userOf(secret: string, { secrets }: ValkeyTopology): string | undefined {
  if (secrets.smoke === secret) return SMOKE_ROLE;
  return Object.entries(secrets.services).find(([, of]) => of === secret)?.[0];
}
