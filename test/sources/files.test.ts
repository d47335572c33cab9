import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockClient } from 'aws-sdk-client-mock';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { FileSecrets, FileTopology, SecretsManagerSecrets } from '../../lib/sources';
import type { Topology } from '../../lib/topology';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-sources-'));
});
afterAll(() => rm(directory, { recursive: true }));

const PASSWORD = 'correct-horse-battery';

describe('FileSecrets', () => {
  it('keeps secrets in a file that only its owner reads, and gives each by name', async () => {
    const path = join(directory, 'secrets.json');
    const secrets = new FileSecrets(path);
    await secrets.write({ 'main/owner': { username: 'owner', password: PASSWORD } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(secrets.read('main/owner')).resolves.toEqual({ username: 'owner', password: PASSWORD });
  });

  it('fails for a name that it lacks', async () => {
    await expect(new FileSecrets(join(directory, 'secrets.json')).read('main/nobody')).rejects.toMatchObject({
      code: 'DOCUMENT_MISSING',
      message: expect.stringContaining('no secret "main/nobody"'),
    });
  });

  it.each([
    ['is no JSON', `{"main/owner": {"username": "owner", "password": "${PASSWORD}"`],
    ['holds something else', JSON.stringify({ 'main/owner': { user: 'owner', pass: PASSWORD } })],
  ])('fails on a file that %s without quoting it', async (_, text) => {
    const path = join(directory, 'broken.json');
    await writeFile(path, text);
    const failure = await new FileSecrets(path).read('main/owner').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect(
      JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + String((failure as Error).cause),
    ).not.toContain(PASSWORD);
  });
});

describe('FileTopology', () => {
  const topology: Topology = {
    version: 1,
    tier: 'blog',
    stage: 'dev',
    world: 'local',
    trust: { kind: 'file', path: 'ca.pem' },
    stores: {},
    services: {},
  };

  it('reads what it wrote and leaves no draft', async () => {
    const folder = join(directory, 'topology');
    const file = new FileTopology(join(folder, 'topology.json'));
    await file.write(topology);
    await expect(file.read()).resolves.toEqual(topology);
    expect(await readdir(folder)).toEqual(['topology.json']);
  });

  it('fails where nothing stands, saying how to get it', async () => {
    await expect(new FileTopology(join(directory, 'none.json')).read()).rejects.toMatchObject({
      code: 'DOCUMENT_MISSING',
      next: expect.stringContaining('npx polystore up'),
    });
  });
});

describe('SecretsManagerSecrets', () => {
  const manager = mockClient(SecretsManagerClient);
  beforeEach(() => manager.reset());

  it('asks for the secret each time, so that a rotated one is seen', async () => {
    manager
      .on(GetSecretValueCommand, { SecretId: 'blog/dev/main/owner' })
      .resolvesOnce({ SecretString: '{"username":"owner","password":"old","host":"h"}' })
      .resolves({ SecretString: '{"username":"owner","password":"new"}' });
    const secrets = new SecretsManagerSecrets();
    await expect(secrets.read('blog/dev/main/owner')).resolves.toEqual({ username: 'owner', password: 'old' });
    await expect(secrets.read('blog/dev/main/owner')).resolves.toEqual({ username: 'owner', password: 'new' });
  });

  it('fails for a secret that does not exist, saying what deploys it', async () => {
    manager.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ message: 'no', $metadata: {} }));
    await expect(new SecretsManagerSecrets().read('x')).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
  });

  it('fails on a value that is no credentials without quoting it', async () => {
    manager.on(GetSecretValueCommand).resolves({ SecretString: PASSWORD });
    const failure = await new SecretsManagerSecrets().read('x').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect((failure as Error).message).not.toContain(PASSWORD);
  });
});
