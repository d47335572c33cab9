import { signerOf, type Signing } from '../signing';
import type { Endpoint } from '../topology';

/** What a login is signed for. */
export interface BoltLoginRequest {
  readonly endpoint: Pick<Endpoint, 'host' | 'port'>;
  readonly region: string;
  /** When it is signed; it counts for five minutes. @default - now */
  readonly at?: Date;
  /** @default - those of the environment */
  readonly credentials?: Signing;
}

/**
 * What Neptune takes in the place of a password: the headers of a signed request to its openCypher endpoint, as JSON.
 *
 * Signed here, without a call to AWS. The SDK is loaded at the first login: who has no graph need not have it.
 * @see https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-bolt.html (IAM authentication)
 */
export async function signBoltLogin({ endpoint, region, at, credentials }: BoltLoginRequest): Promise<string> {
  const host = `${endpoint.host}:${endpoint.port}`;
  const signer = await signerOf({ service: 'neptune-db', region, ...(credentials && { credentials }) });
  const { headers } = await signer.sign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: endpoint.host,
      port: endpoint.port,
      path: '/opencypher',
      headers: { host },
    },
    { ...(at && { signingDate: at }), unsignableHeaders: new Set(['x-amz-content-sha256']) },
  );
  const token = headers['x-amz-security-token'];
  return JSON.stringify({
    Authorization: headers['authorization'],
    HttpMethod: 'GET',
    'X-Amz-Date': headers['x-amz-date'],
    Host: host,
    ...(token !== undefined && { 'X-Amz-Security-Token': token }),
  });
}
