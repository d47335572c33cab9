import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentdb, dynamodb, neptune, parseTier, postgres, valkey } from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import type { ProvisionReport } from '../../lib/provision';
import { decodeSmokeReport } from '../../lib/smoke';
import { encodeTopology, type StoreFamily, type StoreTopology, type Topology } from '../../lib/topology';
import { TEMPLATES } from '../support/local-servers';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { bundleHandler } from './bundle';
import { callHandler, LoadedHandler } from './call-handler';
import { step } from './step';

type Other = Exclude<StoreFamily, 'relational'>;

const STORES = {
  valkey: valkey(),
  dynamodb: dynamodb({ partitionKey: 'id' }),
  documentdb: documentdb(),
  neptune: neptune(),
} as const;

/** Nobody listens there. */
const NOWHERE = { host: '127.0.0.1', port: 1, via: 'direct' } as const;
/** Clients of the AWS SDK, which the Lambda runtime has. */
const RUNTIME = { NODE_PATH: join(__dirname, '..', '..', 'node_modules') };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-families-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const environmentOf = (topologyFile: string, secretsFile: string) => ({
  POLYSTORE_TOPOLOGY_FILE: topologyFile,
  POLYSTORE_SECRETS_FILE: secretsFile,
  ...RUNTIME,
});
const loadSmoke = (family: Other, env: Record<string, string>): LoadedHandler =>
  LoadedHandler.load(bundleHandler(`smoke-${family}`).path, env);

/** The handlers of one family, bundled, on what this machine has for it. */
function proves(family: Other): void {
  let local: LocalTier;
  let loaded: LoadedHandler;
  beforeAll(async () => {
    const own = await mkdtemp(join(directory, `${family}-`));
    const tier = parseTier({
      name: 'several',
      stages: { dev: { profile: 'disposable' } },
      stores: { main: postgres(), own: STORES[family] },
      services: { web: { uses: { main: 'write', own: 'write' } } },
    });
    local = await startLocalTier(tier, { directory: own, templates: TEMPLATES, searchPath: SEARCH_PATH });
    loaded = loadSmoke(family, environmentOf(local.topologyFile, join(own, 'secrets.json')));
  }, 120_000);
  afterAll(async () => {
    await loaded?.end();
    await local?.stop();
  });

  it('proves the stores of its family, and no others', async () => {
    const { result, error, log } = await loaded.call({});
    expect(error).toBeUndefined();
    const { outcomes, counts } = decodeSmokeReport(result, 'the handler');
    expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(counts.passed).toBeGreaterThan(1);
    expect([...new Set(outcomes.map(({ store }) => store))]).toEqual(['own']);
    expect(log.filter((line) => '_aws' in line).map((line) => line['Store'])).toEqual(['own']);
  });

  it('answers a deployment with what was found', async () => {
    const { result } = await loaded.call(step('Create', { onFailure: 'throw' }));
    expect(result).toEqual({
      PhysicalResourceId: `smoke-${family}`,
      Data: { Run: expect.any(String), Passed: expect.any(Number), Failed: 0, Skipped: expect.any(Number) },
    });
  });

  it('refuses a store of another family', async () => {
    const { error } = await loaded.call({ only: ['main'] });
    expect(error?.message).toMatch(/^unknown store "main", known are: own/);
  });
}

describe('smoke-dynamodb, bundled', () => proves('dynamodb'));
describeWithEngine(['valkey-server', 'redis-server'], 'smoke-valkey, bundled', () => proves('valkey'));
describeWithEngine(['neo4j'], 'smoke-neptune, bundled', () => proves('neptune'));
describeWithEngine(['ferretdb'], 'smoke-documentdb, bundled', () => {
  proves('documentdb');

  it('proves users that provision-documentdb has made', async () => {
    const own = await mkdtemp(join(directory, 'users-'));
    const tier = parseTier({
      name: 'several',
      stages: { dev: { profile: 'disposable' } },
      stores: { own: STORES.documentdb },
      services: { web: { uses: { own: 'write' } } },
    });
    const local = await startLocalTier(tier, { directory: own, templates: TEMPLATES, searchPath: SEARCH_PATH });
    try {
      const env = environmentOf(local.topologyFile, join(own, 'secrets.json'));
      const { result, log } = await callHandler(bundleHandler('provision-documentdb').path, step('Create'), env);
      expect(result).toEqual({ PhysicalResourceId: 'provision-documentdb', Data: { Databases: 1 } });
      const { databases } = log.at(-1)?.['report'] as ProvisionReport;
      expect(databases[0]?.roles.map(({ service, outcome }) => [service, outcome])).toEqual([
        [undefined, 'confirmed'],
        ['web', 'confirmed'],
      ]);
      for (const { password } of Object.values(await passwordsIn(join(own, 'secrets.json'))))
        expect(JSON.stringify(log)).not.toContain(password);
    } finally {
      await local.stop();
    }
  });
});

const passwordsIn = async (file: string): Promise<Record<string, { readonly password: string }>> =>
  JSON.parse(await readFile(file, 'utf8')) as Record<string, { readonly password: string }>;

describe('where nobody answers', () => {
  const server = { name: 'primary', endpoint: NOWHERE } as const;
  const logins = { smoke: 'smoke', services: {} };
  const secrets = { ...logins, owner: 'owner' };
  const NOBODY: Readonly<Record<Other, StoreTopology>> = {
    valkey: { kind: 'valkey', engine: 'valkey', primary: server, replicas: [], secrets: logins },
    dynamodb: {
      kind: 'dynamodb',
      table: 'own',
      partitionKey: { name: 'id', type: 'string' },
      indexes: [],
      emulator: { url: `http://${NOWHERE.host}:${NOWHERE.port}` },
    },
    documentdb: { kind: 'documentdb', database: 'own', primary: server, replicas: [], secrets },
    neptune: { kind: 'neptune', primary: server, replicas: [], iam: { region: 'eu-west-1' } },
  };
  /** An environment, and what makes the tier that it names: until then, whoever asks anything of the tier fails. */
  const environment = async (
    family: Other,
  ): Promise<{ readonly env: Record<string, string>; readonly write: () => Promise<void> }> => {
    const own = await mkdtemp(join(directory, 'nobody-'));
    const topology: Topology = {
      version: 1,
      tier: 'several',
      stage: 'dev',
      world: 'aws',
      trust: { kind: 'rds', bundlePath: join(__dirname, 'step.ts') },
      stores: { own: NOBODY[family] },
      services: {},
    };
    const credentials = { username: 'polystore_smoke', password: 'a-secret-of-the-test' };
    const role = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'nobody' };
    return {
      env: {
        ...environmentOf(join(own, 'topology.json'), join(own, 'secrets.json')),
        ...role,
        AWS_REGION: 'eu-west-1',
      },
      write: async () => {
        await writeFile(join(own, 'topology.json'), encodeTopology(topology));
        await writeFile(join(own, 'secrets.json'), JSON.stringify({ smoke: credentials, owner: credentials }));
      },
    };
  };

  it.each(Object.keys(STORES) as Other[])(
    'smoke-%s answers at once where a deployment deletes it, and fails any other, naming the store and no secret',
    async (family) => {
      const { env, write } = await environment(family);
      const loaded = loadSmoke(family, env);
      try {
        expect(await loaded.call(step('Delete'))).toEqual({
          result: { PhysicalResourceId: 'as-it-was-made', Data: {} },
          log: [],
        });
        // The control: whatever had been asked would have failed.
        expect(await loaded.call(step('Update'))).toMatchObject({ error: { name: 'PolystoreError' }, log: [] });

        await write();
        const { result, error, log } = await loaded.call(step('Update', { onFailure: 'throw' }));
        expect(result).toBeUndefined();
        expect(error?.name).toBe('SmokeTestFailed');
        expect(error?.message).toMatch(/^0 passed, [1-9]\d* failed, \d+ skipped\n✗ own/);
        expect(error?.message).toContain('ECONNREFUSED');
        expect(error?.message).toContain('next: ');
        expect(JSON.stringify({ error, log })).not.toContain('a-secret-of-the-test');
      } finally {
        await loaded.end();
      }
    },
  );

  it('provision-documentdb says which store it was', async () => {
    const { env, write } = await environment('documentdb');
    await write();
    const { error } = await callHandler(bundleHandler('provision-documentdb').path, step('Create'), {
      ...env,
      POLYSTORE_PATIENCE_SECONDS: '1',
    });
    expect(error?.message).toMatch(/^own: .*ECONNREFUSED[^]*\nnext: /);
  });
});
