import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeUsersCommand, ElastiCacheClient, ModifyUserCommand } from '@aws-sdk/client-elasticache';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { handler as rotateDocuments } from '../../lambda/rotate-documentdb';
import { handler as rotateCache } from '../../lambda/rotate-valkey';
import { documentdb, parseTier } from '../../lib/definition';
import { startLocalTier } from '../../lib/local';
import type { SecretValue, VersionLabel } from '../../lib/rotation';
import { FileSecrets, type Credentials } from '../../lib/sources';
import { encodeTopology, type DocumentDbTopology, type Topology } from '../../lib/topology';
import { newDirectory, removeDirectory } from '../local/scratch';
import { TEMPLATES } from '../support/local-servers';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { startCache } from '../support/running-cache';
import { STEPS } from './under-way';
import { Vault } from './vault';

const VERSION = 'a-version';
const aws = mockClient(SecretsManagerClient);
const elastiCache = mockClient(ElastiCacheClient);
let directory: string;
let written: string[];
const before = { ...process.env };
beforeEach(async () => {
  directory = await newDirectory();
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
});
afterEach(async () => {
  jest.restoreAllMocks();
  aws.reset();
  elastiCache.reset();
  process.env = { ...before };
  await removeDirectory(directory);
});

/** Answers as Secrets Manager does that holds one secret of which a rotation has begun. */
function asSecretsManager(secret: string, { username, password }: Credentials): Vault {
  const vault = new Vault({ username, password });
  vault.begin(VERSION);
  aws
    .on(DescribeSecretCommand, { SecretId: secret })
    .callsFake(async () => ({ VersionIdsToStages: Object.fromEntries(await vault.labels()) }))
    .on(GetSecretValueCommand, { SecretId: secret })
    .callsFake(async ({ VersionStage }: { VersionStage: VersionLabel }) => {
      const value = await vault.read(secret, VersionStage);
      if (value === undefined) throw new ResourceNotFoundException({ $metadata: {}, message: 'no such version' });
      return { SecretString: JSON.stringify(value) };
    })
    .on(PutSecretValueCommand, { SecretId: secret })
    .callsFake(({ ClientRequestToken, SecretString }: { ClientRequestToken: string; SecretString: string }) =>
      vault.keepPending(secret, ClientRequestToken, JSON.parse(SecretString) as SecretValue),
    )
    .on(UpdateSecretVersionStageCommand, { SecretId: secret, VersionStage: 'AWSCURRENT' })
    .callsFake((move: { MoveToVersionId: string; RemoveFromVersionId: string }) =>
      vault.makeCurrent(secret, move.MoveToVersionId, move.RemoveFromVersionId),
    );
  return vault;
}

async function rotateBy(handler: typeof rotateCache, secret: string): Promise<void> {
  for (const Step of STEPS) await handler({ Step, SecretId: secret, ClientRequestToken: VERSION });
}

/** Every step, and no password of any version. */
function expectLog(secret: string, vault: Vault): void {
  expect(written.map((line) => JSON.parse(line) as unknown)).toEqual(
    STEPS.map((step) => ({ rotation: { step, secret, version: VERSION, outcome: 'done' } })),
  );
  for (const label of ['AWSCURRENT', 'AWSPREVIOUS'] as const)
    expect(written.join()).not.toContain(vault.valueOf(label)?.password);
}

describeWithEngine(['valkey-server', 'redis-server'], 'rotate-valkey', () => {
  it('changes the password of the user that the secret is of, where the tier says that it is', async () => {
    const cache = await startCache(directory, { mode: 'single', servers: [['primary', 'r1']] });
    try {
      const [primary, ...replicas] = cache.servers as [(typeof cache.servers)[number]];
      const topology: Topology = {
        version: 1,
        tier: 'logins',
        stage: 'live',
        world: 'local',
        trust: cache.trust,
        stores: {
          cache: {
            kind: 'valkey',
            engine: 'valkey',
            primary: { ...primary, name: 'primary' },
            replicas,
            secrets: { smoke: 'cache/smoke', services: { app: 'cache/app' } },
          },
        },
        services: { app: { uses: { cache: 'write' } } },
      };
      const topologyFile = join(directory, 'topology.json');
      await writeFile(topologyFile, encodeTopology(topology));
      process.env['POLYSTORE_TOPOLOGY_FILE'] = topologyFile;
      process.env['POLYSTORE_SECRETS_FILE'] = join(directory, 'secrets.json');
      process.env['POLYSTORE_SERVERS'] = 'logins-live';
      const vault = asSecretsManager('cache/app', { username: 'app', password: 'first' });
      const UserId = 'logins-live-cache-app';
      elastiCache
        .on(DescribeUsersCommand, { UserId })
        .resolves({ Users: [{ Status: 'active' }] })
        .on(ModifyUserCommand, { UserId })
        .callsFake(async ({ AuthenticationMode }: { AuthenticationMode: { Passwords: string[] } }) => {
          const passwords = AuthenticationMode.Passwords.map((password) => `>${password}`);
          await Promise.all(cache.admins.map((admin) => admin.acl('SETUSER', 'app', 'resetpass', ...passwords)));
        });
      await rotateBy(rotateCache, 'cache/app');
      expect(elastiCache.commandCalls(ModifyUserCommand)).toHaveLength(1);
      const { username, password } = vault.current;
      expect(password).not.toBe('first');
      for (const admin of cache.admins) {
        const client = admin.duplicate({ username, password });
        expect(await client.ping()).toBe('PONG');
        client.disconnect();
      }
      expectLog('cache/app', vault);
      await expect(rotateCache({ Step: 'setSecret' })).rejects.toThrow(
        /^rotation at the event can't be read: [^]*\nnext: /,
      );
    } finally {
      await cache.stop();
    }
  }, 30_000);
});

describeWithEngine(['ferretdb'], 'rotate-documentdb', () => {
  it('has a service log in by its other name, as the owner of the tier’s secrets gives it', async () => {
    const tier = parseTier({
      name: 'papers',
      stages: { dev: { profile: 'disposable' } },
      stores: { catalog: documentdb() },
      services: { web: { uses: { catalog: 'write' } } },
    });
    const local = await startLocalTier(tier, { directory, templates: TEMPLATES, searchPath: SEARCH_PATH });
    try {
      process.env['POLYSTORE_TOPOLOGY_FILE'] = local.topologyFile;
      process.env['POLYSTORE_SECRETS_FILE'] = join(directory, 'secrets.json');
      const { services } = (local.topology.stores['catalog'] as DocumentDbTopology).secrets;
      const secret = services['web'] as string;
      const vault = asSecretsManager(secret, await new FileSecrets(join(directory, 'secrets.json')).read(secret));
      await rotateBy(rotateDocuments, secret);
      expect(vault.current.username).toBe('web_b');
      expectLog(secret, vault);
    } finally {
      await local.stop();
    }
  }, 60_000);
});
