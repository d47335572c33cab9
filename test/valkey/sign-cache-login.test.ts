import { signCacheLogin, type CacheLoginRequest } from '../../lib/valkey';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const REQUEST: CacheLoginRequest = {
  cache: { name: 'fast-live-sessions' },
  user: 'fast-live-sessions-web',
  region: 'eu-west-1',
  at: new Date('2026-11-28T12:00:00Z'),
  credentials: KEYS,
};

/** A token in its parts: what it is for, and each parameter. */
const partsOf = (token: string) => {
  const { host, pathname, searchParams } = new URL(`http://${token}`);
  return { at: host + pathname, ...Object.fromEntries(searchParams) };
};
const signed = async (change: Partial<CacheLoginRequest> = {}) =>
  partsOf(await signCacheLogin({ ...REQUEST, ...change }));

const COMMON = {
  at: 'fast-live-sessions/',
  Action: 'connect',
  User: 'fast-live-sessions-web',
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': 'AKIDEXAMPLE/20261128/eu-west-1/elasticache/aws4_request',
  'X-Amz-Date': '20261128T120000Z',
  'X-Amz-Expires': '900',
  'X-Amz-SignedHeaders': 'host',
};

test('the token of a user for a cache of nodes is what botocore 1.40.0 signs', async () => {
  expect(await signed()).toEqual({
    ...COMMON,
    'X-Amz-Signature': '6f6ca1c36ac02792f37a52d5bcf1bb9fb20afe851e4de11ec9e87cf674b8bb53',
  });
});

test('the token of an assumed role for a serverless cache is what botocore 1.40.0 signs', async () => {
  const change = {
    cache: { name: 'fast-live-sessions', serverless: true },
    credentials: { ...KEYS, sessionToken: 'SESSION/TOKEN+EXAMPLE==' },
  } as const;
  expect(await signed(change)).toEqual({
    ...COMMON,
    ResourceType: 'ServerlessCache',
    'X-Amz-Security-Token': 'SESSION/TOKEN+EXAMPLE==',
    'X-Amz-Signature': '5bf7576c63ff23210d22bb7fcb025118f29cefd3eb2a521d5c21bd1c94528fc3',
  });
  expect(await signCacheLogin({ ...REQUEST, ...change })).toContain(
    'X-Amz-Security-Token=SESSION%2FTOKEN%2BEXAMPLE%3D%3D',
  );
});

test('a token is for one cache, one user, one region and one moment', async () => {
  const changes: readonly Partial<CacheLoginRequest>[] = [
    {},
    { cache: { name: 'fast-live-feeds' } },
    { user: 'fast-live-sessions-jobs' },
    { region: 'us-east-1' },
    { at: new Date('2026-11-28T12:00:01Z') },
  ];
  const signatures = await Promise.all(
    changes.map(async (change) => (await signed(change))['X-Amz-Signature' as 'at']),
  );
  expect(new Set(signatures).size).toBe(changes.length);
});
