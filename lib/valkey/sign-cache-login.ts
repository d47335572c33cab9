import { signerOf, type Signing } from '../signing';
import type { CacheTopology } from '../topology';

/** What a login is signed for. */
export interface CacheLoginRequest {
  readonly cache: CacheTopology;
  /** Id of the user in ElastiCache, which is its name too. */
  readonly user: string;
  readonly region: string;
  /** When it is signed; it counts for fifteen minutes. @default - now */
  readonly at?: Date;
  /** @default - those of the environment */
  readonly credentials?: Signing;
}

/** How long ElastiCache takes a token, in seconds: it allows no longer. */
const EXPIRES_SECONDS = 900;

/**
 * What ElastiCache takes in the place of a password: a signed request to connect, as a URL without its scheme. A connection that logged in with it
 * lives for twelve hours; the next one has a token of its own.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export async function signCacheLogin(request: CacheLoginRequest): Promise<string> {
  const { cache, user, region, at, credentials } = request;
  const signer = await signerOf({ service: 'elasticache', region, ...(credentials && { credentials }) });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname: cache.name,
      path: '/',
      query: { Action: 'connect', User: user, ...(cache.serverless && { ResourceType: 'ServerlessCache' }) },
      headers: { host: cache.name },
    },
    { expiresIn: EXPIRES_SECONDS, ...(at && { signingDate: at }) },
  );
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `${cache.name}/?${parameters.join('&')}`;
}
