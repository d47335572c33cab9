import { join } from 'node:path';
import { defineTier, documentdb, parseTier } from '../../lib/definition';
import { connectDocumentDb, type DocumentClient } from '../../lib/documentdb';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { openRouter, type Router } from '../../lib/routing';
import { FileSecrets, type Credentials, type SecretSource } from '../../lib/sources';
import { trustOf, type DocumentDbTopology } from '../../lib/topology';
import { newDirectory, removeDirectory } from '../local/scratch';
import { TEMPLATES } from '../support/local-servers';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';

const tier = defineTier({
  name: 'papers',
  stages: { dev: { profile: 'disposable' } },
  stores: { catalog: documentdb() },
  services: { web: { uses: { catalog: 'write' } } },
});

/** A vault whose secret a test changes, and that counts who reads it. */
class Vault implements SecretSource {
  reads = 0;

  constructor(public held: Credentials) {}

  read(): Promise<Credentials> {
    this.reads++;
    return Promise.resolve(this.held);
  }
}

describeWithEngine(['ferretdb'], 'a login that changes while a router uses a store of documents', () => {
  let directory: string;
  let local: LocalTier;
  let owner: DocumentClient;
  let vault: Vault;
  let router: Router<typeof tier>;
  let laterMs = 0;
  /** A collection that the application keeps, as most do. */
  let kept: ReturnType<ReturnType<DocumentClient['db']>['collection']>;

  beforeAll(async () => {
    directory = await newDirectory();
    local = await startLocalTier(parseTier(tier), { directory, templates: TEMPLATES, searchPath: SEARCH_PATH });
    const secrets = new FileSecrets(join(directory, 'secrets.json'));
    const catalog = local.topology.stores['catalog'] as DocumentDbTopology;
    const credentials = await secrets.read(catalog.secrets.owner);
    const trust = trustOf(local.topology, catalog);
    owner = await connectDocumentDb(
      { endpoint: catalog.primary.endpoint, replicaSet: undefined, readsFrom: 'primary', credentials, trust },
      { appName: 'test', connectTimeoutMs: 5_000 },
    );
    vault = new Vault(await secrets.read(catalog.secrets.services['web'] as string));
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + laterMs);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    await owner.close();
    await local.stop();
    await removeDirectory(directory);
  });

  beforeEach(async () => {
    await setPassword('first');
    vault.held = { username: 'web', password: 'first' };
    router = await openRouter<typeof tier>({
      topology: { read: () => Promise.resolve(local.topology) },
      secrets: vault,
      login: { kind: 'service', service: 'web' },
    });
    kept = router.catalog.client().db('catalog').collection('papers');
    await use();
  });
  afterEach(() => router.close());

  const setPassword = (pwd: string): Promise<unknown> => owner.db('admin').command({ updateUser: 'web', pwd });
  /** As many at once as need connections that are not there yet, however many there are. */
  let atOnce = 0;
  async function use(): Promise<void> {
    atOnce += 3;
    await Promise.all(Array.from({ length: atOnce }, () => kept.findOne({})));
  }

  it('is followed by every connection that is made after it, of clients and collections that are there already', async () => {
    const reads = vault.reads;
    for (const password of ['second', 'third']) {
      await setPassword(password);
      vault.held = { username: 'web', password };
      await use();
    }
    // Connections that are refused at once ask once together, or find what another has read.
    expect(vault.reads - reads).toBeLessThan(10);
  });

  it('is read before a connection that is made long after the last, so that none is refused', async () => {
    const commands: string[] = [];
    router.catalog.client().on('commandFailed', ({ commandName }) => commands.push(commandName));
    await owner.db('admin').command({ createUser: 'web_b', pwd: 'other', roles: [] });
    vault.held = { username: 'web_b', password: 'other' };
    laterMs += 61_000;
    await use();
    await owner.db('admin').command({ dropUser: 'web_b' });
    await expect(use()).rejects.toMatchObject({ code: 18 });
    expect(commands).toEqual([]);
  });

  it('is refused as the server says it where the secret holds nothing else', async () => {
    await setPassword('unknown');
    await expect(use()).rejects.toMatchObject({ code: 18 });
    vault.held = { username: 'web', password: 'unknown' };
    await use();
  });
});
