import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, replaceFile } from '../sources/files';

/** Files of a tier's TLS. */
export interface TlsFiles {
  /** Certificate of the authority that clients trust. */
  readonly authority: string;
  readonly certificate: string;
  /** Private key of the servers, mode 0600. */
  readonly key: string;
}

/** Where they are, or will be. */
export const tlsFilesIn = (directory: string): TlsFiles => ({
  authority: join(directory, 'ca.crt'),
  certificate: join(directory, 'server.crt'),
  key: join(directory, 'server.key'),
});

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 365;
const RENEW_BEFORE_DAYS = 30;

/**
 * Gives a tier's servers a certificate for `localhost` and `127.0.0.1` by an authority of its own; keeps the one there is until
 * thirty days before it expires. The authority's private key is thrown away, so that nothing else can ever be signed by it.
 */
export async function ensureCertificates(directory: string): Promise<TlsFiles> {
  const files = tlsFilesIn(directory);
  if (await isUsable(files)) return files;
  await mkdir(directory, { recursive: true });
  const made = await makeCertificates();
  await replaceFile(files.key, made.key, 0o600);
  await replaceFile(files.certificate, made.certificate);
  await replaceFile(files.authority, made.authority);
  return files;
}

/** All three are there, belong together and last. Whatever else lies there is replaced: these files are the kit's own. */
async function isUsable(files: TlsFiles): Promise<boolean> {
  const texts = await Promise.all([files.authority, files.certificate, files.key].map(readIfThere));
  const [authority, certificate, key] = texts as [string, string, string];
  try {
    const [ca, server] = [new X509Certificate(authority), new X509Certificate(certificate)];
    const renewAt = Date.parse(server.validTo) - RENEW_BEFORE_DAYS * DAY_MS;
    return server.verify(ca.publicKey) && server.checkPrivateKey(createPrivateKey(key)) && Date.now() < renewAt;
  } catch {
    // Not a certificate, or not a key.
    return false;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return '';
    throw error;
  }
}

async function makeCertificates(): Promise<{ authority: string; certificate: string; key: string }> {
  // Loading the generator takes 150 ms, and most starts need none.
  const { generate } = await import('selfsigned');
  const keys = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
  } as const;
  const authority = await generate([{ name: 'commonName', value: 'polystore local authority' }], {
    ...keys,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...keys,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { authority: authority.cert, certificate: server.cert, key: server.private };
}
