import { DescribeUsersCommand, ElastiCacheClient, ModifyUserCommand } from '@aws-sdk/client-elasticache';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import {
  cacheLoginOf,
  decodeRotationRequest,
  ElastiCacheUsers,
  rotateSecret,
  SecretsManagerVersions,
  type CacheLogin,
  type CacheUsers,
  type RotatedLogin,
  type RotationStep,
} from '../../lib/rotation';
import type { Topology } from '../../lib/topology';
import { Vault } from './vault';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:web';
const of = (step: RotationStep, version = 'v1') => ({ step, secret: SECRET, version });
const thrown = { $metadata: {}, message: 'as AWS says it' };

describe('a step of a rotation', () => {
  const willing: RotatedLogin = {
    next: (current) => ({ ...current, password: 'next' }),
    set: () => Promise.resolve(),
    accepts: () => Promise.resolve(true),
  };
  const vaultWith = (version?: string): Vault => {
    const vault = new Vault({ username: 'web', password: 'first' });
    if (version !== undefined) vault.begin(version);
    return vault;
  };

  test.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)(
    '%s is refused for a version of no rotation',
    async (step) => {
      const rotation = { versions: vaultWith('v2'), login: willing };
      await expect(rotateSecret(of(step), rotation)).rejects.toMatchObject({
        code: 'ROTATION_FAILED',
        message: `${step} of ${SECRET}: version v1 is not pending`,
      });
    },
  );

  test('does nothing where the rotation is through, nor where a value is kept already', async () => {
    const versions = vaultWith('v1');
    const rotation = { versions, login: willing };
    expect(await rotateSecret(of('createSecret'), rotation)).toBe('done');
    const other = { ...willing, next: () => ({ username: 'web', password: 'another' }) };
    expect(await rotateSecret(of('createSecret'), { versions, login: other })).toBe('nothing');
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const)
      expect(await rotateSecret(of(step), rotation)).toBe('done');
    expect(versions.current.password).toBe('next');
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)
      expect(await rotateSecret(of(step), rotation)).toBe('nothing');
  });

  test('says which step it was where something else goes wrong, and leaves what is current', async () => {
    const versions = vaultWith('v1');
    const login = { ...willing, accepts: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    await rotateSecret(of('createSecret'), { versions, login });
    for (const step of ['testSecret', 'finishSecret'] as const)
      await expect(rotateSecret(of(step), { versions, login })).rejects.toMatchObject({
        code: 'ROTATION_FAILED',
        retryable: true,
        message: `${step} of ${SECRET}: connect ECONNREFUSED`,
        details: { secret: SECRET, step },
      });
    expect(versions.current.password).toBe('first');
  });

  test('never tells a password', async () => {
    const versions = vaultWith('v1');
    const login = { ...willing, accepts: () => Promise.resolve(false) };
    await rotateSecret(of('createSecret'), { versions, login });
    const error: unknown = await rotateSecret(of('testSecret'), { versions, login }).catch((reason: unknown) => reason);
    expect(JSON.stringify([String(error), error])).not.toMatch(/first|"next"[^:]/);
  });

  test('is what Secrets Manager sends, and nothing else', () => {
    const event = { Step: 'setSecret', SecretId: SECRET, ClientRequestToken: 'v1', RotationToken: 'ignored' };
    expect(decodeRotationRequest(event)).toEqual(of('setSecret'));
    for (const other of [{}, { ...event, Step: 'deleteSecret' }, { ...event, SecretId: '' }, undefined])
      expect(() => decodeRotationRequest(other)).toThrow(/^rotation at the event can't be read: /);
  });
});

describe('versions in Secrets Manager', () => {
  const client = mockClient(SecretsManagerClient);
  beforeEach(() => client.reset());
  const versions = new SecretsManagerVersions();

  test('are read by their labels', async () => {
    client.on(DescribeSecretCommand, { SecretId: SECRET }).resolves({ VersionIdsToStages: { a: ['AWSCURRENT'] } });
    expect([...(await versions.labels(SECRET))]).toEqual([['a', ['AWSCURRENT']]]);
    const value = { username: 'web', password: 'first', note: 'kept' };
    client
      .on(GetSecretValueCommand, { SecretId: SECRET, VersionStage: 'AWSCURRENT' })
      .resolves({ SecretString: JSON.stringify(value) })
      .on(GetSecretValueCommand, { VersionStage: 'AWSPENDING' })
      .rejects(new ResourceNotFoundException(thrown));
    expect(await versions.read(SECRET, 'AWSCURRENT')).toEqual(value);
    expect(await versions.read(SECRET, 'AWSPENDING')).toBeUndefined();
  });

  test('are refused where they hold no login, without a word of what they hold', async () => {
    client.on(GetSecretValueCommand).resolves({ SecretString: 'a-secret' });
    const error: unknown = await versions.read(SECRET, 'AWSCURRENT').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect(String(error)).not.toContain('a-secret');
  });

  test('are made once, and become current', async () => {
    client.on(PutSecretValueCommand).resolvesOnce({}).rejects(new ResourceExistsException(thrown));
    const value = { username: 'web', password: 'next' };
    await versions.keepPending(SECRET, 'v1', value);
    await versions.keepPending(SECRET, 'v1', value);
    await versions.makeCurrent(SECRET, 'v1', 'a');
    const [put] = client.commandCalls(PutSecretValueCommand);
    expect(put?.args[0].input).toEqual({
      SecretId: SECRET,
      ClientRequestToken: 'v1',
      SecretString: JSON.stringify(value),
      VersionStages: ['AWSPENDING'],
    });
    const [update] = client.commandCalls(UpdateSecretVersionStageCommand);
    expect(update?.args[0].input).toEqual({
      SecretId: SECRET,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: 'v1',
      RemoveFromVersionId: 'a',
    });
  });
});

describe('users in ElastiCache', () => {
  const client = mockClient(ElastiCacheClient);
  beforeEach(() => client.reset());
  const users = new ElastiCacheUsers();

  test('are settled where they are active', async () => {
    client
      .on(DescribeUsersCommand, { UserId: 'fast-live-sessions-web' })
      .resolvesOnce({ Users: [{ Status: 'modifying' }] })
      .resolvesOnce({ Users: [] })
      .resolves({ Users: [{ Status: 'active' }] });
    const seen = [];
    for (let count = 0; count < 3; count++) seen.push(await users.isSettled('fast-live-sessions-web'));
    expect(seen).toEqual([false, false, true]);
  });

  test('get both passwords, and keep everything else', async () => {
    await users.setPasswords('fast-live-sessions-web', ['first', 'next']);
    expect(client.commandCalls(ModifyUserCommand).map(({ args }) => args[0].input)).toEqual([
      { UserId: 'fast-live-sessions-web', AuthenticationMode: { Type: 'password', Passwords: ['first', 'next'] } },
    ]);
  });
});

describe('the login of a secret', () => {
  const endpoint = { host: '127.0.0.1', port: 1, via: 'direct' } as const;
  const cache = (of: string) =>
    ({
      kind: 'valkey',
      engine: 'valkey',
      primary: { name: 'primary', endpoint },
      replicas: [],
      secrets: { smoke: `${of}/smoke`, services: { web: `${of}/web` } },
    }) as const;
  const topology: Topology = {
    version: 1,
    tier: 'fast',
    stage: 'live',
    world: 'aws',
    trust: { kind: 'rds', bundlePath: __filename },
    stores: { sessions: cache('sessions'), feeds: cache('feeds') },
    services: {},
  };
  const asked: string[] = [];
  const users: CacheUsers = {
    isSettled: (userId) => Promise.resolve(asked.push(userId) < 0),
    setPasswords: () => Promise.resolve(),
  };
  const loginOf = (secret: string): CacheLogin =>
    cacheLoginOf(secret, { topology, servers: 'pre-fast-live', users, pollMs: 1, signal: AbortSignal.abort() });

  test('is that of the user of its own cache, and waits no longer than there is time', async () => {
    const change = { current: { username: 'web', password: 'a' }, pending: { username: 'web', password: 'b' } };
    for (const secret of ['sessions/web', 'feeds/smoke'])
      await expect(loginOf(secret).set(change)).rejects.toThrow(
        /^user .* was still being changed when the time was over$/,
      );
    expect(asked).toEqual(['pre-fast-live-sessions-web', 'pre-fast-live-feeds-0']);
  });

  test('fails where nobody answers', async () => {
    await expect(loginOf('sessions/web').accepts({ username: 'web', password: 'a' })).rejects.toThrow(/ECONNREFUSED/);
  });

  test('is none where no cache has the secret', () => {
    expect(() => loginOf('sessions/other')).toThrow(/^no cache of the tier has the secret sessions\/other$/);
  });
});
