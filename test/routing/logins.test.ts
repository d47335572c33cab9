import { randomUUID } from 'node:crypto';
import { defineTier, postgres } from '../../lib/definition';
import { DEFAULT_POOL_MAX, errorGroupOf, quoteLiteral } from '../../lib/postgres';
import { openRouter, type Router, type RouterOptions } from '../../lib/routing';
import type { Credentials, SecretSource, TokenRequest } from '../../lib/sources';
import type { PostgresTopology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { WHO, type Who } from './tier';

const tier = defineTier({
  name: 'logins',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 1 }) },
  services: { app: { uses: { main: 'write' }, connections: { poolMax: 3 } } },
});

/** A vault whose secrets a test changes, and that counts who reads them. */
class Vault implements SecretSource {
  reads = 0;
  private changed: Credentials | undefined;

  constructor(private readonly first: SecretSource) {}

  read(name: string): Promise<Credentials> {
    this.reads++;
    return this.changed ? Promise.resolve(this.changed) : this.first.read(name);
  }

  put(password: string): void {
    this.changed = { username: 'app', password };
  }
}

let test: TestTier;
let main: PostgresTopology;
let vault: Vault;
let router: Router<typeof tier>;

beforeAll(async () => {
  test = await startTestTier(tier);
  main = test.topology.stores['main'] as PostgresTopology;
});
afterEach(() => router?.close());
afterAll(() => test?.stop());

async function open(options: Partial<RouterOptions> = {}): Promise<void> {
  vault = new Vault(test.secrets);
  const topology = { read: () => Promise.resolve(test.topology) };
  router = await openRouter<typeof tier>({
    topology,
    secrets: vault,
    login: { kind: 'service', service: 'app' },
    ...options,
  });
}

/** Without replicas, whose monitors log in too. */
const alone = {
  read: () => Promise.resolve({ ...test.topology, stores: { main: { ...main, replicas: [] } } }),
};

/** Gives the role another password, on the primary and its replica; who is logged in stays so. */
async function changePassword(password: string = randomUUID()): Promise<string> {
  await test.on('main/primary', (admin) => admin.query(`alter role app password ${quoteLiteral(password)}`));
  const verifierOn = (server: string): Promise<unknown> =>
    test.on(server, async (admin) => {
      const { rows } = await admin.query<{ verifier: string }>(
        "select rolpassword as verifier from pg_authid where rolname = 'app'",
      );
      return rows[0]?.verifier;
    });
  await eventually(
    'the replica has it',
    async () => (await verifierOn('main/r1')) === (await verifierOn('main/primary')),
  );
  return password;
}

/** Ends every connection of the role, so that the next statement needs a new one. */
async function endConnections(): Promise<void> {
  for (const server of ['main/primary', 'main/r1']) {
    await test.on(server, (admin) =>
      admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'app'"),
    );
  }
}

const ask = (): Promise<{ rows: Who[] }> => router.main.transaction((client) => client.query<Who & object>(WHO));
const whoReads = async (): Promise<string | undefined> => (await router.main.read<Who & object>(WHO)).rows[0]?.who;

describe('the pool of a service', () => {
  const largest = (of: Router<typeof tier>): (number | undefined)[] => of.main.servers().map(({ pool }) => pool.max);

  it('is as large as the tier says, on every server, unless the application says otherwise', async () => {
    await open();
    expect(largest(router)).toEqual([3, 3]);
    await router.close();
    await open({ pool: { max: 7 } });
    expect(largest(router)).toEqual([7, 7]);
    await router.close();
    await open({ login: { kind: 'owner' } });
    expect(largest(router)).toEqual([DEFAULT_POOL_MAX, DEFAULT_POOL_MAX]);
    expect(largest((await router.service('app')) as Router<typeof tier>)).toEqual([3, 3]);
  });

  it('can keep no more connections than that', async () => {
    await expect(open({ pool: { min: 4 } })).rejects.toThrow('pool.min must be an integer in [0, 3], got 4');
  });
});

describe('a secret that was rotated', () => {
  it('is read again by the first connection that is refused, once for all, and nothing is opened anew', async () => {
    await open();
    expect(await whoReads()).toBe('main/r1');
    await ask();
    expect(vault.reads).toBe(1);

    vault.put(await changePassword());
    await endConnections();
    await eventually('the pool has noticed', async () => (await Promise.allSettled([ask()]))[0].status === 'fulfilled');
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(answers.map(({ rows }) => rows[0]?.who)).toEqual(new Array<string>(10).fill('main/primary'));
    expect((await router.main.pool().query<Who & object>(WHO)).rows).toEqual([{ who: 'main/primary' }]);
    await eventually('the replica is watched again', async () => (await whoReads()) === 'main/r1');
    expect(vault.reads).toBe(2);
  });

  it('is seen by a monitor of replicas before anybody reads there', async () => {
    await open();
    vault.put(await changePassword());
    expect(await whoReads()).toBe('main/r1');
    expect(vault.reads).toBe(2);
  });

  it('is refused as before while the vault still has the old one, and works as soon as it has the new one', async () => {
    await open({ topology: alone });
    const password = await changePassword();
    expect(await ask().then(() => 'no error', errorGroupOf)).toBe('authentication');
    expect(vault.reads).toBe(2);
    vault.put(password);
    expect((await ask()).rows).toEqual([{ who: 'main/primary' }]);
  });

  it('tells of the refusal where the vault does not answer either', async () => {
    await open();
    await changePassword();
    const { read } = vault;
    vault.read = (name) => (vault.reads > 0 ? Promise.reject(new Error('no vault')) : read.call(vault, name));
    await expect(ask()).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('a service that logs in by IAM', () => {
  /** The topology of a tier on AWS, as far as logins go: no secret of the service. */
  const topology = {
    read: () =>
      Promise.resolve({
        ...test.topology,
        stores: {
          main: {
            ...main,
            replicas: [],
            secrets: { ...main.secrets, services: {}, iam: { app: { role: 'app', region: 'eu-west-1' } } },
          },
        },
      }),
  };

  it('has a fresh token for each connection, made for its server, and reads no secret', async () => {
    const requests: TokenRequest[] = [];
    // What is good for one connection is refused to the next.
    let good = await changePassword();
    const token = (request: TokenRequest): Promise<string> => {
      requests.push(request);
      return Promise.resolve(good);
    };
    await open({ topology, tokens: { token }, pool: { max: 1 } });
    const { host, port } = main.primary.endpoint;
    for (let connection = 1; connection <= 3; connection++) {
      expect((await router.main.write<Who & object>(WHO)).rows).toEqual([{ who: 'main/primary' }]);
      expect((await router.main.write<Who & object>(WHO)).rows).toEqual([{ who: 'main/primary' }]);
      expect(requests).toHaveLength(connection);
      good = await changePassword();
      await endConnections();
      await eventually('the pool has noticed', () => router.main.pool().totalCount === 0);
    }
    expect(requests).toEqual(new Array(3).fill({ host, port, username: 'app', region: 'eu-west-1' }));
    expect(vault.reads).toBe(0);
  });

  it('is refused after one token, and hears why none could be signed', async () => {
    let asked = 0;
    const token = (): Promise<string> => Promise.resolve(`no token ${++asked}`);
    await open({ topology, tokens: { token } });
    await expect(ask()).rejects.toMatchObject({ code: '28P01' });
    expect(asked).toBe(1);
    await router.close();

    await open({ topology, tokens: { token: () => Promise.reject(new Error('no credentials here')) } });
    await expect(ask()).rejects.toThrow('no credentials here');
  });

  it('is told where the topology knows no login of it', async () => {
    const unknown = {
      read: () =>
        Promise.resolve({
          ...test.topology,
          stores: { main: { ...main, secrets: { ...main.secrets, services: {} } } },
        }),
    };
    await expect(open({ topology: unknown })).rejects.toMatchObject({
      code: 'DOCUMENT_MISSING',
      message: 'the topology does not say how service "app" logs in to store "main"',
    });
  });
});
