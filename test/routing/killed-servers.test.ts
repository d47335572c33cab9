import type { PolystoreError } from '../../lib/errors';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { mainOnly, routerOf, WHO } from './tier';

let test: TestTier;
let router: Awaited<ReturnType<typeof routerOf>>;
const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);

// Nothing restarts a killed server, so every test has a tier of its own.
beforeEach(async () => {
  process.on('unhandledRejection', noteUnhandled);
  test = await startTestTier(mainOnly);
  router = await routerOf(test);
});

afterEach(async () => {
  await router?.close();
  await test?.stop();
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

const readWho = async (): Promise<string | undefined> => (await router.main.read<{ who: string }>(WHO)).rows[0]?.who;

it('goes on reading when a replica is killed with -9', async () => {
  const seen = new Map<string | undefined, number>();
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const who = await readWho();
      seen.set(who, (seen.get(who) ?? 0) + 1);
    }
  });
  await eventually('both replicas are read', () => seen.size === 2);
  await test.killServer('main/r1', 'SIGKILL');
  seen.clear();
  await eventually('reads go on', () => (seen.get('main/r2') ?? 0) > 200);
  isOver = true;
  await Promise.all(load);
  expect([...seen.keys()].filter((who) => who !== 'main/r1')).toEqual(['main/r2']);
  expect(router.main.servers().find(({ name }) => name === 'r1')?.health?.state).toBe('down');
});

it('reads the primary when every replica is killed with -9', async () => {
  await readWho();
  await Promise.all([test.killServer('main/r1', 'SIGKILL'), test.killServer('main/r2', 'SIGKILL')]);
  // Children of a killed postmaster live on until they notice, and may answer once more. No read fails.
  await eventually('the primary answers', async () => (await readWho()) === 'main/primary');
  const answers = await Promise.all(Array.from({ length: 10 }, readWho));
  expect(new Set(answers)).toEqual(new Set(['main/primary']));
});

it('fails writes fast when the primary is killed with -9, and says whether to retry', async () => {
  await router.main.write('select 1');
  const inFlight = router.main.write('select pg_sleep(60)').catch((error: unknown) => error as PolystoreError);
  const open = router.main
    .transaction(async (client) => {
      await client.query('create table lost (id integer)');
      await client.query('select pg_sleep(60)');
    })
    .catch((error: unknown) => error as PolystoreError);
  await eventually('both statements run', async () =>
    test.on('main/primary', async (client) => {
      const { rows } = await client.query("select from pg_stat_activity where query = 'select pg_sleep(60)'");
      return rows.length === 2;
    }),
  );
  await test.killServer('main/primary', 'SIGKILL');
  expect(await inFlight).toMatchObject({
    code: 'SERVER_UNAVAILABLE',
    retryable: false,
    details: { server: 'primary', sent: true },
  });
  expect(await open).toMatchObject({
    code: 'SERVER_UNAVAILABLE',
    retryable: true,
    details: { server: 'primary', sent: false },
  });

  const began = performance.now();
  await expect(router.main.write('select 1')).rejects.toMatchObject({
    code: 'SERVER_UNAVAILABLE',
    retryable: true,
    next: 'Retry.',
    details: { store: 'main', server: 'primary', sent: false },
  });
  expect(performance.now() - began).toBeLessThan(1_000);
});
