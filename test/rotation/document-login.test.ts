import { join } from 'node:path';
import { documentdb, parseTier } from '../../lib/definition';
import { connectDocumentDb, type DocumentDatabase } from '../../lib/documentdb';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { provisionTier } from '../../lib/provision';
import {
  documentLoginOf,
  DocumentOwnerLogin,
  DocumentUserLogin,
  rotateSecret,
  type DocumentLoginOptions,
  type RotatedLogin,
  type SecretValue,
} from '../../lib/rotation';
import { FileSecrets, placementsOf, type Credentials, type SecretSource } from '../../lib/sources';
import { trustOf, type DocumentDbTopology } from '../../lib/topology';
import { newDirectory, removeDirectory } from '../local/scratch';
import { TEMPLATES } from '../support/local-servers';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { Life } from './killed';
import { refusalsDuring, rotate, SECRET } from './under-way';
import { Vault } from './vault';

const tier = parseTier({
  name: 'papers',
  stages: { dev: { profile: 'disposable' } },
  stores: { catalog: documentdb() },
  services: { web: { uses: { catalog: 'write' } } },
});

describeWithEngine(['ferretdb'], 'a rotation of a login of documents', () => {
  let directory: string;
  let local: LocalTier;
  let catalog: DocumentDbTopology;
  let secrets: FileSecrets;
  let options: DocumentLoginOptions;
  let owner: Credentials;
  beforeAll(async () => {
    directory = await newDirectory();
    local = await startLocalTier(tier, { directory, templates: TEMPLATES, searchPath: SEARCH_PATH });
    secrets = new FileSecrets(join(directory, 'secrets.json'));
    catalog = local.topology.stores['catalog'] as DocumentDbTopology;
    const { primary, replicaSet } = catalog;
    options = { server: { endpoint: primary.endpoint, replicaSet, trust: trustOf(local.topology, catalog) } };
    owner = await secrets.read(catalog.secrets.owner);
  }, 60_000);
  afterAll(async () => {
    await local.stop();
    await removeDirectory(directory);
  });

  const asOwner = async <T>(work: (admin: DocumentDatabase) => Promise<T>): Promise<T> => {
    const client = await connectDocumentDb(
      { ...options.server, readsFrom: 'primary', credentials: owner },
      { appName: 'test', connectTimeoutMs: 5_000 },
    );
    return work(client.db('admin')).finally(() => client.close());
  };
  const userLogin = (): DocumentUserLogin => new DocumentUserLogin(options, () => Promise.resolve(owner));
  const takes = async (login: SecretValue): Promise<readonly boolean[]> => [await userLogin().accepts(login)];
  const webVault = async (): Promise<Vault> =>
    new Vault({ ...(await secrets.read(catalog.secrets.services['web'] as string)) });

  it('goes from one user to the other and back, and refuses nobody at any moment', async () => {
    const vault = await webVault();
    const seen = [vault.current];
    for (let round = 0; round < 3; round++) {
      const work = (): Promise<number> => rotate(vault, new Life(), userLogin());
      expect(await refusalsDuring(vault, takes, work)).toEqual([]);
      seen.push(vault.current);
    }
    expect(seen.map(({ username }) => username)).toEqual(['web', 'web_b', 'web', 'web_b']);
    expect((await Promise.all(seen.map(takes))).flat()).toEqual([false, false, true, true]);
    await asOwner((admin) => admin.command({ updateUser: 'web', pwd: seen[0]?.password }));
  }, 60_000);

  it('can end anywhere and begin again, and refuses nobody on the way', async () => {
    const vault = await webVault();
    let ends = 0;
    // Each end takes as long as the logins that are held against it: of calls one after the other, one is cut off before, the next one after.
    for (let call = 1, ended = 1; ended > 0; call++, ends += ended) {
      ended = 0;
      const when = call % 2 === 0 ? 'before' : 'after';
      const life = new Life();
      life.endsAt(call, when);
      const before = vault.current;
      const work = async (): Promise<number> => (ended = await rotate(vault, life, userLogin()));
      expect([call, when, await refusalsDuring(vault, takes, work)]).toEqual([call, when, []]);
      expect([vault.current.username, ...(await takes(vault.current))]).toEqual([
        before.username === 'web' ? 'web_b' : 'web',
        true,
      ]);
    }
    expect(ends).toBeGreaterThan(10);
    await asOwner((admin) => admin.command({ updateUser: 'web', pwd: 'as it was before' }));
  }, 120_000);

  it('of one user with one password would be seen to refuse somebody', async () => {
    const vault = await webVault();
    await asOwner((admin) => admin.command({ updateUser: 'web', pwd: vault.current.password }));
    const hasty: RotatedLogin = {
      next: (current) => ({ ...current, password: 'the only one' }),
      set: ({ pending }) =>
        asOwner(async (admin) => void (await admin.command({ updateUser: 'web', pwd: pending.password }))),
      accepts: (login) => userLogin().accepts(login),
    };
    expect(await refusalsDuring(vault, takes, () => rotate(vault, new Life(), hasty))).not.toEqual([]);
    await asOwner((admin) => admin.command({ updateUser: 'web', pwd: 'as it was before' }));
  }, 30_000);

  it('of the owner changes its own password, from wherever it ended', async () => {
    const vault = new Vault({ ...owner });
    for (const [call, when] of [
      [Infinity, 'before'],
      [6, 'before'],
      [6, 'after'],
      [9, 'after'],
    ] as const) {
      const life = new Life();
      life.endsAt(call, when);
      const before = vault.current;
      await rotate(vault, life, new DocumentOwnerLogin(options));
      expect(vault.current.username).toBe(before.username);
      expect([...(await takes(vault.current)), ...(await takes(before))]).toEqual([true, false]);
    }
    owner = vault.current;
  }, 60_000);

  it('is followed by provisioning, which leaves the other user be', async () => {
    const vault = await webVault();
    await asOwner((admin) => admin.command({ updateUser: 'web', pwd: vault.current.password }));
    await rotate(vault, new Life(), userLogin());
    const now: SecretSource = {
      read: (name) =>
        name === catalog.secrets.owner
          ? Promise.resolve(owner)
          : name === catalog.secrets.services['web']
            ? Promise.resolve(vault.current)
            : secrets.read(name),
    };
    const { databases } = await provisionTier({
      topology: local.topology,
      secrets: now,
      placementOf: placementsOf(local.topology),
    });
    expect(databases[0]?.roles.map(({ role, outcome }) => [role, outcome])).toEqual([
      ['polystore_smoke', 'confirmed'],
      ['web_b', 'confirmed'],
    ]);
    expect(
      (await Promise.all([vault.current, await webVault().then(({ current }) => current)].map(takes))).flat(),
    ).toEqual([true, true]);
  }, 30_000);

  it('is found by its secret, and waits for whoever has to be there first', async () => {
    const loginOf = (secret: string): RotatedLogin => documentLoginOf(secret, { topology: local.topology, secrets });
    expect(loginOf(catalog.secrets.owner)).toBeInstanceOf(DocumentOwnerLogin);
    for (const secret of [catalog.secrets.smoke, catalog.secrets.services['web'] as string])
      expect(loginOf(secret)).toBeInstanceOf(DocumentUserLogin);
    expect(() => loginOf('of nobody')).toThrow(/^no store of documents of the tier has the secret of nobody$/);
    const vault = new Vault({ username: 'stranger', password: 'first' });
    vault.begin('v');
    const rotation = { versions: vault, login: userLogin() };
    await rotateSecret({ step: 'createSecret', secret: SECRET, version: 'v' }, rotation);
    await expect(rotateSecret({ step: 'setSecret', secret: SECRET, version: 'v' }, rotation)).rejects.toThrow(
      /^setSecret of arn:.*: user stranger is not there: provision the store first$/,
    );
  });
});
