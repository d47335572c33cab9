import fc from 'fast-check';
import { createHash, createHmac } from 'node:crypto';
import { signBoltLogin, type BoltLoginRequest } from '../../lib/neptune';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const REQUEST = {
  endpoint: { host: 'people.cluster-abc.eu-west-1.neptune.amazonaws.com', port: 8182 },
  region: 'eu-west-1',
  at: new Date('2026-11-28T12:00:00Z'),
  credentials: KEYS,
} as const satisfies BoltLoginRequest;

type Login = Readonly<Record<string, string>>;
const signed = async (change: Partial<BoltLoginRequest> = {}): Promise<Login> =>
  JSON.parse(await signBoltLogin({ ...REQUEST, ...change })) as Login;

/** What Neptune does with a login: signs the same request itself, with the secret that belongs to the key, and compares. */
function isAccepted(login: Login, { region, host, secret }: { region: string; host: string; secret: string }): boolean {
  const [, day, signedHeaders = '', signature] =
    /Credential=[^/]+\/(\d{8})\/.*SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      login['Authorization'] ?? '',
    ) ?? [];
  const values: Login = {
    host,
    'x-amz-date': login['X-Amz-Date'] ?? '',
    'x-amz-security-token': login['X-Amz-Security-Token'] ?? '',
  };
  const headers = signedHeaders.split(';').map((name) => `${name}:${values[name]}\n`);
  const request = [login['HttpMethod'], '/opencypher', '', headers.join(''), signedHeaders, sha256('')].join('\n');
  const scope = `${day}/${region}/neptune-db/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', login['X-Amz-Date'], scope, sha256(request)].join('\n');
  const key = [day ?? '', region, 'neptune-db', 'aws4_request'].reduce<string | Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(text).digest('hex') === signature && login['Host'] === host;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test.each([
  ['a user', undefined, '6d989ac1a2a54f827230a7ab27e963396ae5c4c9904be4c131634a9c1c984dd9'],
  ['an assumed role', 'SESSION/TOKEN+EXAMPLE==', 'ae2d555126ea5d7cbe75b12bad5ce4be52035b3911b648c236cb9f502468d6e1'],
])('the login of %s is what botocore 1.40.0 signs', async (_who, sessionToken, signature) => {
  const login = await signed({ credentials: { ...KEYS, ...(sessionToken !== undefined && { sessionToken }) } });
  const names = `host;x-amz-date${sessionToken === undefined ? '' : ';x-amz-security-token'}`;
  expect(login).toEqual({
    Authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261128/eu-west-1/neptune-db/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    HttpMethod: 'GET',
    'X-Amz-Date': '20261128T120000Z',
    Host: 'people.cluster-abc.eu-west-1.neptune.amazonaws.com:8182',
    ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
  });
});

test('whoever knows the secret accepts it for its server, region and time, and for no other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.domain(),
      fc.integer({ min: 1, max: 65_535 }),
      fc.constantFrom('eu-west-1', 'us-east-1', 'cn-north-1'),
      fc.date({ min: new Date('2026-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,64}$/), { nil: undefined }),
      async (host, port, region, at, sessionToken) => {
        const credentials = { ...KEYS, ...(sessionToken !== undefined && { sessionToken }) };
        const login = await signed({ endpoint: { host, port }, region, at, credentials });
        const known = { region, host: `${host}:${port}`, secret: KEYS.secretAccessKey };
        expect(isAccepted(login, known)).toBe(true);
        expect(isAccepted(login, { ...known, region: 'eu-central-1' })).toBe(false);
        expect(isAccepted(login, { ...known, secret: 'another' })).toBe(false);
        expect(isAccepted({ ...login, Host: 'other:8182' }, { ...known, host: 'other:8182' })).toBe(false);
        expect(isAccepted({ ...login, 'X-Amz-Date': '20260101T000001Z' }, known)).toBe(false);
        expect(JSON.stringify(login)).not.toContain(KEYS.secretAccessKey);
      },
    ),
    { numRuns: 50 },
  );
});
