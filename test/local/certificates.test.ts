import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { ensureCertificates } from '../../lib/local/certificates';
import { newDirectory, removeDirectory } from './scratch';

let directory: string;

beforeEach(async () => {
  directory = join(await newDirectory(), 'tls');
});

afterEach(() => removeDirectory(join(directory, '..')));

const read = (name: string): X509Certificate => new X509Certificate(readFileSync(join(directory, name)));

test('a certificate for this machine only, signed by an authority whose key is nowhere', async () => {
  const files = await ensureCertificates(directory);
  const [authority, certificate] = [read('ca.crt'), read('server.crt')];
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect([authority.ca, certificate.ca]).toEqual([true, false]);
  expect(statSync(files.key).mode & 0o777).toBe(0o600);
  expect((await readdir(directory)).sort()).toEqual(['ca.crt', 'server.crt', 'server.key']);
  const key = readFileSync(files.key, 'utf8');
  expect(certificate.checkPrivateKey((await import('node:crypto')).createPrivateKey(key))).toBe(true);
});

test('is kept as long as it is good', async () => {
  await ensureCertificates(directory);
  const first = read('server.crt').fingerprint;
  await ensureCertificates(directory);
  expect(read('server.crt').fingerprint).toBe(first);
});

test('is made anew thirty days before it expires', async () => {
  await ensureCertificates(directory);
  const day = 24 * 60 * 60 * 1000;
  const make = async (days: number): Promise<void> => {
    const options = { keyType: 'ec', algorithm: 'sha256', notAfterDate: new Date(Date.now() + days * day) } as const;
    const ca = await generate([{ name: 'commonName', value: 'ca' }], options);
    const server = await generate([{ name: 'commonName', value: 'localhost' }], {
      ...options,
      ca: { key: ca.private, cert: ca.cert },
    });
    await writeFile(join(directory, 'ca.crt'), ca.cert);
    await writeFile(join(directory, 'server.crt'), server.cert);
    await writeFile(join(directory, 'server.key'), server.private);
  };
  await make(31);
  const lasting = read('server.crt').fingerprint;
  await ensureCertificates(directory);
  expect(read('server.crt').fingerprint).toBe(lasting);
  await make(29);
  const expiring = read('server.crt').fingerprint;
  await ensureCertificates(directory);
  expect(read('server.crt').fingerprint).not.toBe(expiring);
});

test.each(['ca.crt', 'server.crt', 'server.key'])('is made anew where %s is no such thing', async (name) => {
  await ensureCertificates(directory);
  await writeFile(join(directory, name), 'no certificate');
  await ensureCertificates(directory);
  expect(readFileSync(join(directory, name), 'utf8')).toMatch(/^-----BEGIN/);
  expect(read('server.crt').verify(read('ca.crt').publicKey)).toBe(true);
});

test("is made anew where the authority is another one's", async () => {
  await ensureCertificates(directory);
  const other = await generate([{ name: 'commonName', value: 'other' }], { keyType: 'ec', algorithm: 'sha256' });
  await writeFile(join(directory, 'ca.crt'), other.cert);
  await ensureCertificates(directory);
  expect(read('server.crt').verify(read('ca.crt').publicKey)).toBe(true);
});
