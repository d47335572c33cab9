import type { SignatureV4 } from '@smithy/signature-v4';
import { notInstalled } from '../errors';
import { Sha256 } from './sha-256';

/** Keys of a role of IAM. */
export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** For whom requests are signed. */
export interface SignedFor {
  /** Of AWS, as signatures have it: `neptune-db`, `elasticache`. */
  readonly service: string;
  readonly region: string;
  /** @default - those of the environment */
  readonly credentials?: Signing;
}

/** Signs requests here, without a call to AWS. The SDK is loaded at the first one: who logs in with passwords need not have it. */
export async function signerOf({ service, region, credentials }: SignedFor): Promise<SignatureV4> {
  const { SignatureV4: Signer } = await import('@smithy/signature-v4').catch(notInstalled('@smithy/signature-v4'));
  return new Signer({
    credentials:
      credentials ??
      (
        await import('@aws-sdk/credential-provider-node').catch(notInstalled('@aws-sdk/credential-provider-node'))
      ).defaultProvider(),
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
  });
}
