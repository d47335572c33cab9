import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
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

/** Keys of a role of IAM. */
export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * What Neptune takes in the place of a password: the headers of a signed request to its openCypher endpoint, as JSON.
 *
 * Signed here, without a call to AWS. The SDK is loaded at the first login: who has no graph need not have it.
 * @see https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-bolt.html (IAM authentication)
 */
export async function signBoltLogin({ endpoint, region, at, credentials }: BoltLoginRequest): Promise<string> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const host = `${endpoint.host}:${endpoint.port}`;
  const signer = new SignatureV4({
    credentials: credentials ?? (await import('@aws-sdk/credential-provider-node')).defaultProvider(),
    region,
    service: 'neptune-db',
    sha256: Sha256,
    applyChecksum: false,
  });
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

/** SHA-256 of this runtime, as the signer asks for it: with a secret, keyed by it. */
class Sha256 {
  private hash: Hash | Hmac;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.begun();
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    this.hash = this.begun();
  }

  private begun(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
  }
}

function bytesOf(secret: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof secret === 'string') return Buffer.from(secret);
  return ArrayBuffer.isView(secret)
    ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
    : Buffer.from(secret);
}
