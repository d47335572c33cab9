import { parseTier } from '../../lib/definition';
import { startLocalTier, urlsIn } from '../../lib/local';
import { parseStoreUrl } from '../../lib/local/store-url';
import { findFreePorts } from '../../lib/local/ports';
import { newDirectory, processesOf, removeDirectory, TEMPLATES } from './scratch';

const FORM = { schemes: { mongodb: 'plain', 'bolt+s': 'tls' }, defaultPort: 27017 } as const;
const parse = (text: string) => parseStoreUrl('user-catalog', text, FORM);

test('the environment names servers by store, and what is empty or of no store counts for nothing', () => {
  const environment = { POLYSTORE_URL_USER_CATALOG: 'mongodb://a', POLYSTORE_URL_CARTS: '', POLYSTORE_URL_OTHER: 'x' };
  expect(urlsIn(environment, { 'user-catalog': 0, carts: 0, sessions: 0 })).toEqual({ 'user-catalog': 'mongodb://a' });
});

test.each([
  ['mongodb://root:p%40ss@127.0.0.1:29017/', '127.0.0.1', 29017, 'plaintext', { username: 'root', password: 'p@ss' }],
  ['mongodb://localhost', 'localhost', 27017, 'plaintext', undefined],
  ['mongodb://root:x@[::1]:1', '::1', 1, 'plaintext', { username: 'root', password: 'x' }],
  ['mongodb://root:x@db.example.com/?tls=true', 'db.example.com', 27017, 'system', { username: 'root', password: 'x' }],
  ['bolt+s://neo4j:x@db.example.com', 'db.example.com', 27017, 'system', { username: 'neo4j', password: 'x' }],
])('%s is read', (url, host, port, trust, login) => {
  expect(parse(url)).toEqual({
    store: 'user-catalog',
    endpoint: { host, port, via: 'direct' },
    trust: { kind: trust },
    ...(login && { login }),
  });
});

test.each([
  ['no URL', 'holds no URL of one server'],
  ['mongodb://root:hidden@one:1,two:2', 'holds no URL of one server'],
  ['http://root:hidden@127.0.0.1', 'is a URL of http://, allowed are mongodb:// and bolt+s:// with a host'],
  ['mongodb://root:hidden@db.example.com', 'leads to another machine without TLS'],
  ['mongodb://root:hidden@127.0.0.1.example.com', 'leads to another machine without TLS'],
])('%s is refused by the name of its variable, without its password', (url, why) => {
  expect(() => parse(url)).toThrow(
    expect.objectContaining({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(`POLYSTORE_URL_USER_CATALOG ${why}`) as string,
      next: 'Write mongodb://user:password@127.0.0.1:27017.',
    }),
  );
  expect(() => parse(url)).not.toThrow(/hidden/);
});

describe('a tier whose server was given', () => {
  let directory: string;
  let port: number;
  beforeEach(async () => {
    directory = await newDirectory();
    [port] = (await findFreePorts(1)) as [number];
  });
  afterEach(async () => {
    expect(processesOf(directory)).toEqual([]);
    await removeDirectory(directory);
  });
  const start = (store: object, url: string) =>
    startLocalTier(
      parseTier({
        name: 'given',
        stages: { dev: { profile: 'disposable' } },
        stores: { main: { kind: 'postgres' }, it: store },
      }),
      { directory, templates: TEMPLATES, urls: { it: url } },
    );

  it.each([
    [{ kind: 'documentdb' }, 'mongodb'],
    [{ kind: 'neptune' }, 'bolt'],
    [{ kind: 'valkey', shape: { kind: 'replicationGroup' } }, 'redis'],
  ])(
    '%j does not start where nobody listens there, and the error says which variable names it',
    async (store, scheme) => {
      await expect(start(store, `${scheme}://root:hidden@127.0.0.1:${port}`)).rejects.toMatchObject({
        code: 'ENGINE_FAILED',
        message: expect.stringMatching(
          new RegExp(`^store "it": the server at 127\\.0\\.0\\.1:${port}, which POLYSTORE_URL_IT names, can't be used`),
        ),
        next: 'Start it, or unset POLYSTORE_URL_IT.',
      });
    },
  );

  it('is refused where one server would stand for slots, and where nobody may make users', async () => {
    const cluster = { kind: 'valkey', shape: { kind: 'clusterMode', shards: 3 } };
    await expect(start(cluster, 'redis://127.0.0.1')).rejects.toThrow(
      /names one server, and keys of this store are spread/,
    );
    await expect(start({ kind: 'documentdb' }, 'mongodb://127.0.0.1')).rejects.toThrow(/POLYSTORE_URL_IT names nobody/);
  });
});
