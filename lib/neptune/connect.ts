import type { AuthToken, Config } from 'neo4j-driver';
import { notInstalled } from '../errors';
import type { Endpoint, NeptuneTopology, StoreTrust } from '../topology';
import type { GraphClient, GraphClientOptions } from './client';
import { signBoltLogin } from './sign-bolt-login';

/** What a client needs to know. */
export interface GraphConnection {
  readonly endpoint: Endpoint;
  /** For which region a login is signed. Absent where none is. */
  readonly iam: NeptuneTopology['iam'];
  /** What an engine that stands in for Neptune asks for instead. Absent there too: nobody is asked who they are. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly trust: StoreTrust;
}

/** How long a signed login is used for new connections: less than the five minutes that Neptune takes it for. */
const LOGIN_MS = 4 * 60_000;

/**
 * Makes a client. Connects when it is first asked something, each connection with a login that is signed for it shortly before. Whoever makes it closes
 * it: `close()`.
 *
 * @throws {TypeError} where the package neo4j-driver is not installed
 */
export async function connectNeptune(
  { endpoint, iam, credentials, trust }: GraphConnection,
  { userAgent, connectTimeoutMs }: GraphClientOptions,
): Promise<GraphClient> {
  const { default: neo4j } = await import('neo4j-driver').catch(notInstalled('neo4j-driver'));
  const login =
    iam === undefined
      ? credentials && neo4j.auth.basic(credentials.username, credentials.password)
      : neo4j.authTokenManagers.bearer({
          tokenProvider: async () => ({
            token: signedLogin(await signBoltLogin({ endpoint, region: iam.region })),
            expiration: new Date(Date.now() + LOGIN_MS),
          }),
        });
  return neo4j.driver(`bolt://${endpoint.host}:${endpoint.port}`, login, {
    userAgent,
    connectionTimeout: connectTimeoutMs,
    connectionAcquisitionTimeout: connectTimeoutMs,
    ...encryptionOf(trust),
  });
}

/**
 * Options of the driver, by which it knows a server. Neptune's certificates are by Amazon's public authorities, which every runtime trusts; a local tier
 * has an authority of its own.
 */
export function encryptionOf(trust: StoreTrust): Pick<Config, 'encrypted' | 'trust' | 'trustedCertificates'> {
  if (trust.kind === 'plaintext') return { encrypted: 'ENCRYPTION_OFF' };
  return {
    encrypted: 'ENCRYPTION_ON',
    ...(trust.kind === 'file'
      ? { trust: 'TRUST_CUSTOM_CA_SIGNED_CERTIFICATES', trustedCertificates: [trust.path] }
      : { trust: 'TRUST_SYSTEM_CA_SIGNED_CERTIFICATES' }),
  };
}

/** Neptune reads what was signed where others have a password. */
const signedLogin = (credentials: string): AuthToken => ({
  scheme: 'basic',
  principal: 'username',
  realm: 'realm',
  credentials,
});
