import { inspect } from 'node:util';
import fc from 'fast-check';
import { RdsTokens, SecretCredentials, secretLogin, type Credentials, type SecretSource } from '../../lib/sources';

const vaultOf = (...passwords: readonly string[]): SecretSource & { reads: number } => ({
  reads: 0,
  read() {
    const password = passwords[Math.min(this.reads++, passwords.length - 1)] as string;
    return Promise.resolve({ username: 'app', password });
  },
});

describe('the login of a secret', () => {
  it('reads it once for any number of connections', async () => {
    const vault = vaultOf('first', 'second');
    const { username, password } = await secretLogin(vault, 'main/app');
    expect([username, await password.read(), await password.read(), vault.reads]).toEqual(['app', 'first', 'first', 1]);
  });

  it('reads it again once, however many connections are refused at once, and tells each whether to try again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.boolean(), async (refused, isRotated) => {
        const vault = vaultOf('first', isRotated ? 'second' : 'first');
        const { password } = await secretLogin(vault, 'main/app');
        const seen = password.version;
        const renewed = await Promise.all(Array.from({ length: refused }, () => password.renew(seen)));
        expect(renewed).toEqual(new Array(refused).fill(isRotated));
        expect(vault.reads).toBe(2);
        expect(await password.read()).toBe(isRotated ? 'second' : 'first');
        // One that was refused with the old password after that need not read it.
        if (isRotated) expect([await password.renew(seen), vault.reads]).toEqual([true, 2]);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps the role that it began with', async () => {
    const found = [
      { username: 'app', password: 'first' },
      { username: 'app_clone', password: 'other' },
    ] as const;
    let reads = 0;
    const { password } = await secretLogin({ read: () => Promise.resolve(found[reads++ % 2] ?? found[0]) }, 'main/app');
    expect(await password.renew(password.version)).toBe(false);
    expect(await password.read()).toBe('first');
  });

  it('shows its password to nobody who prints it', async () => {
    const login = await secretLogin(vaultOf('very-secret'), 'main/app');
    await login.password.read();
    expect(inspect(login, { depth: 9, showHidden: true }) + JSON.stringify(login)).not.toContain('very-secret');
  });
});

describe('a token', () => {
  const request = { host: 'main.c1a2.eu-west-1.rds.amazonaws.com', port: 5432, username: 'app', region: 'eu-west-1' };

  it('is signed here for one role on one server in one region, for fifteen minutes', async () => {
    const tokens = new RdsTokens({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'no-such-key' });
    const url = new URL(`https://${await tokens.token(request)}`);
    expect(url.host).toBe(`${request.host}:${request.port}`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'connect',
      DBUser: 'app',
      'X-Amz-Expires': '900',
      'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/),
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is never kept: each is signed by the credentials of its moment', async () => {
    let session = 0;
    const credentials = () => Promise.resolve({ accessKeyId: `AKID${++session}`, secretAccessKey: 'no-such-key' });
    const tokens = new RdsTokens(credentials);
    const keys = [await tokens.token(request), await tokens.token(request)].map(
      (token) => new URL(`https://${token}`).searchParams.get('X-Amz-Credential')?.split('/')[0],
    );
    expect(keys).toEqual(['AKID1', 'AKID2']);
  });
});

describe('the credentials of a secret, name and all', () => {
  const ALICE = { username: 'alice', password: 'first' };
  const BOB = { username: 'bob', password: 'second' };
  let held: Credentials | Error;
  let reads: number;
  const vault: SecretSource = {
    read: () => {
      reads++;
      return held instanceof Error ? Promise.reject(held) : Promise.resolve(held);
    },
  };
  let laterMs: number;
  beforeEach(() => {
    [held, reads, laterMs] = [ALICE, 0, 0];
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + laterMs);
  });
  afterEach(() => jest.restoreAllMocks());

  it('are read once a minute at most, and what is known counts where nothing can be read', async () => {
    const login = await SecretCredentials.open(vault, 'papers/web');
    held = BOB;
    expect([await login.read(), await login.read(), reads]).toEqual([ALICE, ALICE, 1]);
    laterMs += 60_000;
    held = new Error('no way to Secrets Manager');
    expect([await login.read(), await login.read(), reads]).toEqual([ALICE, ALICE, 2]);
    laterMs += 60_000;
    held = BOB;
    expect(await Promise.all([login.read(), login.read()])).toEqual([BOB, BOB]);
    expect(reads).toBe(3);
    expect(inspect(login)).not.toMatch(/first|second/);
  });

  it('are read again once where they were refused, and whoever was refused with older ones need not', async () => {
    const login = await SecretCredentials.open(vault, 'papers/web');
    expect([await login.renew(ALICE), reads]).toEqual([false, 2]);
    held = BOB;
    expect(await Promise.all([login.renew(ALICE), login.renew(ALICE)])).toEqual([true, true]);
    expect([await login.renew(ALICE), await login.read(), reads]).toEqual([true, BOB, 3]);
  });
});
