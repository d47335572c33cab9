import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseTier } from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { documentDbPrograms } from '../../lib/local/documentdb';
import { startEngine, type EngineLaunch } from '../../lib/local/engine-process';
import { requireProgram } from '../../lib/local/engine-program';
import { requireNeo4j } from '../../lib/local/neptune';
import { FIRST_USER, renderFirstUser, renderNeo4jSettings } from '../../lib/local/neptune-settings';
import { findFreePorts } from '../../lib/local/ports';
import type { ServerProcess } from '../../lib/local/server-process';
import { valkeyPrograms } from '../../lib/local/valkey';
import { runSmoke } from '../../lib/smoke';
import { FileSecrets, placementsOf } from '../../lib/sources';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { newDirectory, processesOf, removeDirectory, TEMPLATES } from './scratch';

const PASSWORD = 'of whoever runs it';

let directory: string;
let theirs: ServerProcess | undefined;
let tier: LocalTier | undefined;

beforeEach(async () => {
  directory = await newDirectory();
});
afterEach(async () => {
  await tier?.stop();
  await theirs?.stop();
  tier = theirs = undefined;
  expect(processesOf(directory)).toEqual([]);
  await removeDirectory(directory);
});

type How = Pick<EngineLaunch, 'program' | 'args' | 'env' | 'ready'>;

/** Runs a server without TLS, as somebody else would; gives its port. */
async function runTheirs(how: (place: { port: number; data: string }) => Promise<How>): Promise<number> {
  const data = join(directory, 'theirs');
  await mkdir(data, { recursive: true });
  const [port] = (await findFreePorts(1)) as [number];
  const place = { label: 'theirs', dataDirectory: data, log: join(directory, 'theirs.log'), run: 'theirs', port };
  theirs = await startEngine({ ...place, ...(await how({ port, data })) });
  return port;
}

const TABLE = { kind: 'dynamodb', partitionKey: 'id', timeToLive: 'expires' };

/** Runs a tier whose store `it` is on that server, and proves it. */
async function prove(store: object, url: string) {
  const definition = parseTier({
    name: 'given',
    stages: { dev: { profile: 'disposable' } },
    stores: { it: store },
    services: { web: { uses: { it: 'write' } }, search: { uses: { it: 'read' } } },
  });
  tier = await startLocalTier(definition, {
    directory: join(directory, 'tier'),
    templates: TEMPLATES,
    urls: { it: url },
  });
  const { topology } = tier;
  const secrets = new FileSecrets(join(directory, 'tier', 'secrets.json'));
  expect(tier.servers()).toEqual([]);
  const { outcomes } = await runSmoke({ topology, secrets, placementOf: placementsOf(topology), deadlineMs: 20_000 });
  expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
  return {
    store: topology.stores['it'],
    passed: outcomes.flatMap(({ status, check, subject }) => (status === 'passed' ? [`${subject} ${check}`] : [])),
    skipped: outcomes.flatMap((outcome) =>
      outcome.status === 'skipped' ? [`${outcome.subject} ${outcome.check}: ${outcome.reason}`] : [],
    ),
  };
}

test('a table on an emulator of somebody else is made there, and what that can do is asked of it', async () => {
  const script = createRequire(__filename).resolve('dynalite/cli.js');
  const port = await runTheirs(({ port: own }) =>
    Promise.resolve({
      program: process.execPath,
      args: [script, '--host', '127.0.0.1', '--port', String(own), '--createTableMs', '0'],
      ready: /Dynalite listening at/,
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const { store, passed, skipped } = await prove(TABLE, url);
  expect(store).toMatchObject({ table: 'given-dev-it', emulator: { url, lacks: ['transactions', 'expiry'] } });
  expect(passed).toEqual(['it takes-writes', 'it refuses-conflicts']);
  expect(skipped).toHaveLength(5);
  await tier?.stop();
  expect(theirs?.exit()).toBeUndefined();
  // It is there still, and is none of the tier's any more.
  await expect(prove({ ...TABLE, sortKey: 'at' }, url)).rejects.toMatchObject({
    code: 'IDENTITY_CONFLICT',
    next: 'Delete the table given-dev-it there, or unset POLYSTORE_URL_IT.',
  });
});

const WITHOUT_TLS =
  'refuses-plaintext: this server was named by a URL without TLS, and listens on the loopback address';

describeWithEngine(['ferretdb'], 'a store of documents on a server of somebody else', () => {
  it('keeps its promises with users of its own, and leaves that server alone', async () => {
    const { path } = await requireProgram(documentDbPrograms(SEARCH_PATH));
    const port = await runTheirs(({ port: own, data }) =>
      Promise.resolve({
        program: path,
        args: [
          '--handler=sqlite',
          `--sqlite-url=file:${encodeURI(`${data}/`)}`,
          `--state-dir=${data}`,
          `--listen-addr=127.0.0.1:${own}`,
          '--debug-addr=-',
          '--telemetry=disable',
          '--test-enable-new-auth',
          '--setup-database=admin',
        ],
        env: { FERRETDB_SETUP_USERNAME: 'root', FERRETDB_SETUP_PASSWORD: PASSWORD },
        ready: /Listening on TCP/,
      }),
    );
    const url = `mongodb://root:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/`;
    const { store, passed, skipped } = await prove({ kind: 'documentdb' }, url);
    expect(store).toMatchObject({ standIn: { engine: expect.stringMatching(/^FerretDB \d/), lacks: ['roles'] } });
    expect(passed).toEqual(expect.arrayContaining(['it/primary changes-fields', 'it/primary refuses-strangers']));
    expect(skipped).toEqual([
      `it/primary ${WITHOUT_TLS}`,
      expect.stringMatching(/^it as web holds-rights: FerretDB .* it has no roles$/),
      expect.stringMatching(/^it as search holds-rights: /),
      'it backups-current: needs AWS',
    ]);
    await tier?.stop();
    expect(theirs?.exit()).toBeUndefined();
  });
});

describeWithEngine(['neo4j'], 'a store of graphs on a server of somebody else', () => {
  it('keeps its promises as whom the URL names, and a wrong password is told at once', async () => {
    const { java, jars } = await requireNeo4j(SEARCH_PATH);
    const port = await runTheirs(async ({ port: own, data }) => {
      const [users, settings] = [join(data, 'data', 'dbms', 'auth.ini'), join(data, 'conf', 'neo4j.conf')];
      for (const file of [users, settings]) await mkdir(dirname(file), { recursive: true });
      await writeFile(users, renderFirstUser({ username: FIRST_USER, password: PASSWORD }));
      const tls = { key: '/none/key.pem', certificate: '/none/certificate.pem', authority: '/none/authority.pem' };
      const plain = renderNeo4jSettings(own, tls)
        .replace('tls_level=REQUIRED', 'tls_level=DISABLED')
        .replace('bolt.enabled=true\ndbms.ssl', 'bolt.enabled=true\n#')
        .replace('dbms.ssl.policy.bolt.enabled=true', 'dbms.ssl.policy.bolt.enabled=false');
      await writeFile(settings, plain);
      const places = [`--home-dir=${data}`, `--config-dir=${dirname(settings)}`, '--console-mode'];
      const args = [
        '-Xmx512m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        `${jars}/*`,
        'org.neo4j.server.CommunityEntryPoint',
        ...places,
      ];
      return { program: java, args, ready: /^.*INFO\s+Started\.$/m };
    });
    const urlWith = (password: string): string => `bolt://neo4j:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    await expect(prove({ kind: 'neptune' }, urlWith('wrong'))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringMatching(/which POLYSTORE_URL_IT names, can't be used \(Neo\.ClientError\.Security/),
    });
    const { store, passed, skipped } = await prove({ kind: 'neptune', readers: 1 }, urlWith(PASSWORD));
    expect(store).toMatchObject({
      standIn: { engine: expect.stringMatching(/^Neo4j \d/) },
      login: { secret: 'it/login' },
    });
    expect(passed).toEqual(expect.arrayContaining(['it/writer recommends', 'it/writer refuses-strangers']));
    expect(skipped).toEqual([
      expect.stringMatching(/^it\/writer knows-signatures: Neo4j .* it has no signatures$/),
      `it/writer ${WITHOUT_TLS}`,
      expect.stringMatching(/^it\/replicas serves-reads: Neo4j .* it has no replicas$/),
      expect.stringMatching(/^it\/replicas refuses-writes: /),
      'it backups-current: needs AWS',
    ]);
  });
});

describeWithEngine(['valkey-server', 'redis-server'], 'a cache on a server of somebody else', () => {
  it('keeps its promises with users who have exactly their rights', async () => {
    const { path } = await requireProgram(valkeyPrograms(SEARCH_PATH));
    const port = await runTheirs(async ({ port: own, data }) => {
      const settings = join(data, 'theirs.conf');
      await writeFile(settings, `port ${own}\nbind 127.0.0.1\ndir "${data}"\nrequirepass "${PASSWORD}"\n`);
      return { program: path, args: [settings], ready: /Ready to accept connections/ };
    });
    const shape = { kind: 'replicationGroup', replicas: 1 };
    const url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
    const { store, passed, skipped } = await prove({ kind: 'valkey', shape }, url);
    expect(store).toMatchObject({
      standIn: { engine: expect.stringMatching(/^(Redis|Valkey) \d/), lacks: ['replicas'] },
    });
    expect(passed).toEqual(expect.arrayContaining(['it as web holds-rights', 'it as search holds-rights']));
    expect(skipped).toEqual([
      `it/primary ${WITHOUT_TLS}`,
      expect.stringMatching(/^it\/replicas serves-reads: (Redis|Valkey) .* it has no replicas$/),
      expect.stringMatching(/^it\/replicas refuses-writes: /),
      'it backups-current: needs AWS',
    ]);
  });
});
