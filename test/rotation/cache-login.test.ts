import type Valkey from 'iovalkey';
import { CacheLogin, rotateSecret, type CacheUsers, type RotatedLogin, type SecretValue } from '../../lib/rotation';
import { newDirectory, removeDirectory } from '../local/scratch';
import { describeWithEngine } from '../support/real-engine';
import { startCache, type RunningCache } from '../support/running-cache';
import { Life } from './killed';
import { refusalsDuring, rotate, SECRET, STEPS } from './under-way';
import { Vault } from './vault';

/** What ElastiCache does with users, done to real servers: a change reaches one node after the other, one each time that somebody asks. */
class Nodes implements CacheUsers {
  private passwords: readonly string[] = [];
  private behind: Valkey[] = [];

  constructor(private readonly nodes: readonly Valkey[]) {}

  async isSettled(): Promise<boolean> {
    await this.behind.shift()?.acl('SETUSER', 'app', 'resetpass', ...this.passwords.map((each) => `>${each}`));
    return this.behind.length === 0;
  }

  setPasswords(_userId: string, passwords: readonly string[]): Promise<void> {
    if (this.behind.length > 0) return Promise.reject(new Error('InvalidUserState: the user is being modified'));
    if (passwords.length > 2) return Promise.reject(new Error('InvalidParameterValue: two passwords at most'));
    this.passwords = passwords;
    this.behind = [...this.nodes];
    return Promise.resolve();
  }
}

describeWithEngine(['valkey-server', 'redis-server'], 'a rotation of the password of a cache’s user', () => {
  let directory: string;
  let cache: RunningCache;
  let vault: Vault;
  beforeAll(async () => {
    directory = await newDirectory();
    cache = await startCache(directory, { mode: 'single', servers: [['primary', 'r1']] });
  });
  beforeEach(async () => {
    vault = new Vault({ username: 'app', password: 'first', note: 'somebody’s own' });
    await Promise.all(cache.admins.map((admin) => admin.acl('SETUSER', 'app', 'resetpass', '>first')));
  });
  afterAll(async () => {
    await cache.stop();
    await removeDirectory(directory);
  });

  const loginOf = (users: CacheUsers, server = cache.servers[0]): CacheLogin =>
    new CacheLogin({
      users,
      userId: 'logins-dev-cache-app',
      server: { endpoint: (server as (typeof cache.servers)[number]).endpoint, trust: cache.trust },
      pollMs: 1,
    });
  /** Whether every server takes a login. */
  const takes = async (login: SecretValue): Promise<readonly boolean[]> =>
    Promise.all(cache.servers.map((server) => loginOf(new Nodes([]), server).accepts(login)));

  const rotateIn = (life: Life, login: RotatedLogin): Promise<number> => rotate(vault, life, login);
  const refusals = (work: () => Promise<unknown>): Promise<readonly string[]> => refusalsDuring(vault, takes, work);

  it('refuses nobody at any moment, and takes two passwords until the next one', async () => {
    const seen = [vault.current];
    const login = loginOf(new Nodes(cache.admins));
    for (let round = 0; round < 3; round++) {
      expect(await refusals(() => rotateIn(new Life(), login))).toEqual([]);
      seen.push(vault.current);
    }
    expect(new Set(seen.map(({ password }) => password)).size).toBe(4);
    expect(vault.current).toMatchObject({ username: 'app', note: 'somebody’s own' });
    expect(vault.current.password).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(await Promise.all(seen.map(takes))).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, true],
    ]);
  }, 60_000);

  it('can end anywhere and begin again, and refuses nobody on the way', async () => {
    const users = new Nodes(cache.admins);
    let ends = 0;
    for (let call = 1; ; call++) {
      let ended = 0;
      for (const when of ['before', 'after'] as const) {
        const life = new Life();
        life.endsAt(call, when);
        const login = loginOf(life.of(users));
        const before = vault.current;
        expect([call, when, await refusals(async () => (ended += await rotateIn(life, login)))]).toEqual([
          call,
          when,
          [],
        ]);
        expect(vault.current.password).not.toBe(before.password);
        expect(await takes(vault.current)).toEqual([true, true]);
        expect(await takes(before)).toEqual([true, true]);
      }
      ends += ended;
      if (ended === 0) break;
    }
    // Labels and both versions four times, the value that is kept, the user, who is asked for, set and tried; and what becomes current.
    expect(ends).toBeGreaterThan(30);
  }, 120_000);

  it('would be seen to refuse somebody, if it did', async () => {
    const users = new Nodes(cache.admins);
    const hasty: CacheUsers = {
      isSettled: () => users.isSettled(),
      setPasswords: (userId, passwords) => users.setPasswords(userId, passwords.slice(-1)),
    };
    const login = loginOf(hasty);
    expect(await refusals(() => rotateIn(new Life(), login))).not.toEqual([]);
  }, 30_000);

  it('is not finished where a deployment has set the user back meanwhile', async () => {
    const rotation = { versions: vault, login: loginOf(new Nodes(cache.admins)) };
    vault.begin('v');
    for (const step of STEPS.slice(0, 3)) await rotateSecret({ step, secret: SECRET, version: 'v' }, rotation);
    await Promise.all(cache.admins.map((admin) => admin.acl('SETUSER', 'app', 'resetpass', '>first')));
    const finish = rotateSecret({ step: 'finishSecret', secret: SECRET, version: 'v' }, rotation);
    await expect(finish).rejects.toMatchObject({ code: 'ROTATION_FAILED', retryable: true });
    expect(vault.current.password).toBe('first');
    for (const step of STEPS) await rotateSecret({ step, secret: SECRET, version: 'v' }, rotation);
    expect(await takes(vault.current)).toEqual([true, true]);
  });

  it('is tried by its third step alone where a schedule is new, with what is current', async () => {
    const rotation = { versions: vault, login: loginOf(new Nodes(cache.admins)) };
    vault.begin('v');
    const request = { step: 'testSecret', secret: SECRET, version: 'v' } as const;
    expect(await rotateSecret(request, rotation)).toBe('done');
    await Promise.all(cache.admins.map((admin) => admin.acl('SETUSER', 'app', 'resetpass', '>other')));
    await expect(rotateSecret(request, rotation)).rejects.toThrow(/^testSecret of arn:.*: the login is not taken$/);
  });
});
