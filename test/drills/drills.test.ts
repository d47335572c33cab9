import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import { DRILLS, holdDrill, openDrillTier, renderOutcome, type Drill, type DrillTier } from '../../lib/drills';
import type { LocalTier } from '../../lib/local';
import { startTestTier, type TestTier } from '../support/local-servers';

/** A drill opens as many; nine tenths are for others than the server's own. */
const MOST_CONNECTIONS = 60;

const mainOnly = defineTier({
  name: 'drills',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 2, maxConnections: MOST_CONNECTIONS }) },
});

const plain = { dim: String, green: String, red: String };
const signal = new AbortController().signal;

/** Whatever a drill makes in a database has its name. */
async function traces(test: TestTier): Promise<readonly unknown[]> {
  return test.on('main/primary', async (client) => {
    const { rows } = await client.query(
      `select nspname as found from pg_namespace where nspname like 'polystore_drill%'
        union all select application_name from pg_stat_activity where application_name like 'polystore-drill%'`,
    );
    return rows;
  });
}

const isPaused = (test: TestTier, label: string): Promise<unknown> =>
  test.on(label, async (client) => (await client.query('select pg_is_wal_replay_paused() as paused')).rows[0]?.paused);

describe('on a tier that goes on', () => {
  let test: TestTier;
  let tier: DrillTier;
  beforeAll(async () => {
    test = await startTestTier(mainOnly);
    // As one that another process supervises.
    tier = await openDrillTier(test.topologyFile, undefined);
  });
  afterAll(() => test.stop());

  it('replica-lag: reads leave the replica, replay is resumed, and nothing is left', async () => {
    const report = await holdDrill(DRILLS['replica-lag'], tier, { signal });
    expect(report).toMatchObject({ passed: true, store: 'main', on: 'running', failures: [], leftBehind: [] });
    const { detectMs = 0, mitigateMs = 0, recoverMs = 0 } = report.times;
    expect(detectMs).toBeGreaterThan(500);
    expect(mitigateMs).toBeGreaterThanOrEqual(detectMs);
    expect(recoverMs).toBeGreaterThanOrEqual(mitigateMs);
    expect(report.facts['readsFromLaggingReplica']).toBe(0);
    expect(report.steps.map(({ text }) => text).join('\n')).toMatch(/its replay is paused, [1-9]\d* bytes behind/);
    expect(await isPaused(test, 'main/r1')).toBe(false);
    expect(await traces(test)).toEqual([]);
  });

  it('connections: everybody is refused, idle ones are ended, and others get in again', async () => {
    const report = await holdDrill(DRILLS.connections, tier, { signal });
    expect(report).toMatchObject({ passed: true, failures: [], leftBehind: [] });
    const { maxConnections, connectionsOpened, connectionsEnded } = report.facts as Record<string, number>;
    // Those of the test, and some that are about to end, hold the rest.
    expect(connectionsOpened).toBeGreaterThan((maxConnections ?? 0) / 2);
    expect(connectionsEnded).toBe(connectionsOpened);
    const steps = report.steps.map(({ text }) => text);
    expect(steps).toContain('new connections are refused: 53300');
    const inUse = /^(\d+) of (\d+) connections are in use$/;
    const [, used, most] = steps.map((text) => inUse.exec(text)).find((found) => found !== null) ?? [];
    expect(Number(most)).toBe(maxConnections);
    expect(Number(used)).toBeGreaterThanOrEqual((maxConnections ?? 0) * 0.9);
    expect(await traces(test)).toEqual([]);
  });

  it('an interrupt in the middle undoes what was done', async () => {
    const interrupt = new AbortController();
    const held = holdDrill(DRILLS['replica-lag'], tier, {
      signal: interrupt.signal,
      onStep: ({ kind }) => kind === 'break' && interrupt.abort(),
    });
    await expect(held).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await isPaused(test, 'main/r1')).toBe(false);
    expect(await traces(test)).toEqual([]);
  });

  it.each(['failover', 'storage'] as const)('%s is refused: its servers are another process’s', async (name) => {
    await expect(holdDrill(DRILLS[name], tier, { signal })).rejects.toMatchObject({
      code: 'DRILL_REFUSED',
      next: expect.stringContaining('--running') as string,
    });
  });

  it('is refused on anything but this machine, and on a store that there is not', async () => {
    const elsewhere = { ...tier, topology: { ...tier.topology, world: 'aws' } as const };
    const held = holdDrill(DRILLS.connections, elsewhere, { signal });
    await expect(held).rejects.toMatchObject({
      code: 'DRILL_REFUSED',
      message: expect.stringMatching(/aws/) as string,
    });
    const unknown = holdDrill(DRILLS.connections, tier, { signal, store: 'mian' });
    await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_STORE' });
  });

  it('is refused on a tier that is not well', async () => {
    await test.on('main/r2', (client) => client.query('select pg_wal_replay_pause()'));
    try {
      await expect(holdDrill(DRILLS.connections, tier, { signal })).rejects.toMatchObject({
        code: 'DRILL_REFUSED',
        message: expect.stringContaining('main/r2 serves-reads') as string,
      });
    } finally {
      await test.on('main/r2', (client) => client.query('select pg_wal_replay_resume()'));
    }
  });

  describe('a drill that goes wrong', () => {
    const broken = (hold: Drill['hold']): Drill => ({ ...DRILLS.connections, hold });

    it('does not pass where clients were never served again', async () => {
      const report = await holdDrill(
        broken(async (rehearsal) => {
          rehearsal.step('break', 'nothing');
          return undefined;
        }),
        tier,
        { signal },
      );
      expect(report.passed).toBe(false);
      expect(renderOutcome(report, plain)).toMatch(/^✗ connections of main: detected never/);
    });

    it('does not pass where the smoke test fails afterwards, naming what', async () => {
      const report = await holdDrill(
        broken(async (rehearsal) => {
          rehearsal.step('break', 'a replica is paused and forgotten');
          await test.on('main/r1', (client) => client.query('select pg_wal_replay_pause()'));
          rehearsal.step('recover', 'or so it says');
          return undefined;
        }),
        tier,
        { signal },
      );
      await test.on('main/r1', (client) => client.query('select pg_wal_replay_resume()'));
      expect(report.passed).toBe(false);
      expect(report.failures).toEqual([expect.stringMatching(/^main\/r1 serves-reads: /)]);
    });

    it('does not pass where something could not be undone; everything else is', async () => {
      const undone: string[] = [];
      const report = await holdDrill(
        broken(async (rehearsal) => {
          rehearsal.undoLater('the first', async () => void undone.push('the first'));
          rehearsal.undoLater('the second', () => Promise.reject(new Error('stuck')));
          rehearsal.step('break', 'nothing');
          rehearsal.step('recover', 'nothing');
          return undefined;
        }),
        tier,
        { signal },
      );
      expect({ undone, passed: report.passed, left: report.leftBehind }).toEqual({
        undone: ['the first'],
        passed: false,
        left: ['the second: stuck'],
      });
    });

    it('says what it waited for', async () => {
      const held = holdDrill(
        broken(async (rehearsal) => {
          await rehearsal.until('pigs fly', () => false, 30);
          return undefined;
        }),
        tier,
        { signal },
      );
      await expect(held).rejects.toMatchObject({
        code: 'DRILL_FAILED',
        message: expect.stringContaining('pigs fly') as string,
      });
    });
  });
});

describe('on a tier of its own', () => {
  let test: LocalTier;
  let tier: DrillTier;
  beforeAll(async () => {
    test = await startTestTier(mainOnly);
    tier = await openDrillTier(test.topologyFile, test);
  });
  afterAll(() => test.stop());

  it('failover: a replica is promoted, writes go on, and the old primary comes back as a replica', async () => {
    const old = test.servers().find(({ name }) => name === 'primary');
    const report = await holdDrill(DRILLS.failover, tier, { signal });
    expect(report).toMatchObject({ passed: true, store: 'main', on: 'own', failures: [] });
    const { detectMs = -1, mitigateMs = 0, recoverMs = 0 } = report.times;
    expect(detectMs).toBeGreaterThanOrEqual(0);
    expect(mitigateMs).toBeGreaterThan(detectMs);
    expect(recoverMs).toBeGreaterThanOrEqual(mitigateMs);
    expect(report.facts['acknowledgedWrites']).toBeGreaterThan(20);
    expect(report.facts['lostWrites']).toBeDefined();
    // The proof afterwards has three servers: two replicas that stream among them.
    expect(report.smoke.after.passed).toBe(report.smoke.before.passed);
    expect(test.servers().map(({ name, role, status }) => [name, role, status.kind])).toEqual([
      ['primary', 'replica', 'running'],
      ['r1', 'replica', 'running'],
      ['r2', 'replica', 'running'],
    ]);
    expect(test.servers()[0]?.pid).not.toBe(old?.pid);
    expect(test.servers()[0]?.port).toBe(old?.port);
  });
});

it('names why no store fits', async () => {
  const sharded = await startTestTier({
    name: 'drills',
    stages: { dev: { profile: 'disposable' } },
    stores: {
      posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 1, maxConnections: MOST_CONNECTIONS }),
      solo: postgres(),
    },
  });
  try {
    const tier = await openDrillTier(sharded.topologyFile, sharded);
    await expect(holdDrill(DRILLS.failover, tier, { signal })).rejects.toMatchObject({
      code: 'DRILL_REFUSED',
      message: expect.stringMatching(/"posts" is sharded.*"solo" has no replica/) as string,
    });
    const report = await holdDrill(DRILLS.connections, tier, { signal, store: 'posts' });
    expect(report).toMatchObject({ passed: true, store: 'posts' });
  } finally {
    await sharded.stop();
  }
});
