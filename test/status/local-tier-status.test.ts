import files from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineTier, parseTier, postgres, shardedPostgres } from '../../lib/definition';
import { closeClient, openClient } from '../../lib/postgres';
import { encodeLastReport } from '../../lib/smoke';
import { placementsOf, replaceFile } from '../../lib/sources';
import { runSmoke } from '../../lib/smoke';
import { isWell, localTierStatus, renderStatus, type LocalLook } from '../../lib/status';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';

const config = defineTier({
  name: 'status',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 1 }), posts: shardedPostgres({ shardKey: 'user_id', shards: 1 }) },
});
const tier = parseTier(config);
const plain = { dim: String, green: String, red: String, yellow: String };

let test: TestTier;
beforeAll(async () => {
  test = await startTestTier(config);
});
afterAll(() => test.stop());

const smokeFile = (): string => join(dirname(test.topologyFile), 'last-smoke.json');
const look = (previous?: LocalLook): Promise<LocalLook> =>
  localTierStatus(tier, {
    directory: dirname(test.topologyFile),
    smokeFile: smokeFile(),
    ...(previous && { previous }),
  });

it('shows every server with its role, lag and load, and that nothing was proven yet', async () => {
  const { status } = await look();
  expect(status.servers.map(({ store, name, role, state }) => [store, name, role, state])).toEqual([
    ['main', 'primary', 'primary', 'running'],
    ['main', 'r1', 'replica', 'running'],
    ['posts', 's0', 'primary', 'running'],
  ]);
  expect(status.servers.map(({ lagMs }) => lagMs)).toEqual([undefined, expect.any(Number), undefined]);
  for (const { connections } of status.servers) expect(connections?.most).toBeGreaterThan(10);
  expect(isWell(status)).toBe(true);
  const text = renderStatus(status, plain);
  expect(text).toMatch(/^STORE +SERVER +ROLE +PORT +PID +LAG +CONNECTIONS +TX\/S +STATE$/m);
  expect(text).toContain('never proven; next: npx polystore smoke');
});

it('says that a tier is not up before it looks at a directory that may not be there', async () => {
  const missing = join(dirname(test.topologyFile), 'missing');
  const looked = jest.spyOn(files, 'statfs');
  try {
    const asked = localTierStatus(tier, { directory: missing, smokeFile: smokeFile() });
    await expect(asked).rejects.toMatchObject({ code: 'TIER_NOT_UP' });
    expect(looked).not.toHaveBeenCalled();
    await look();
    expect(looked).toHaveBeenCalledTimes(1);
  } finally {
    looked.mockRestore();
  }
});

it('counts the transactions since the look before, without its own', async () => {
  const before = await look();
  await test.on('main/primary', async (client) => {
    for (let i = 0; i < 300; i++) await client.query('select 1');
  });
  await eventually('statistics are there', async () => {
    const { status } = await look(before);
    const { transactions } = status.servers[0] ?? {};
    return transactions !== undefined && (transactions.perSecond * transactions.overMs) / 1_000 >= 290;
  });
  const idle = (await look(await look())).status.servers[2]?.transactions;
  expect(idle?.overMs).toBeLessThan(10_000);
});

it('shows how the last proof went', async () => {
  const report = await runSmoke({
    topology: test.topology,
    secrets: test.secrets,
    placementOf: placementsOf(test.topology),
  });
  expect(report.outcomes.filter((outcome) => outcome.status === 'failed')).toEqual([]);
  await replaceFile(smokeFile(), encodeLastReport(report));
  const { status } = await look();
  expect(status.smoke).toEqual({ at: report.startedAt, counts: report.counts });
  expect(renderStatus(status, plain)).toMatch(/✓ smoke \d+ passed, 0 failed, \d+ skipped \d+ s ago\n$/);
});

it('says that connections run out, and what to read', async () => {
  const target = await test.superuser('posts/s0');
  const most = (await look()).status.servers[2]?.connections?.most ?? 0;
  const opened = await Promise.all(Array.from({ length: Math.ceil(most * 0.9) }, () => openClient(target)));
  try {
    const { status } = await look();
    expect(isWell(status)).toBe(false);
    expect(status.alarms).toMatchObject([{ name: 'posts/s0 connections', runbook: 'connections' }]);
    expect(renderStatus(status, plain)).toMatch(
      /✗ posts\/s0 has \d+ of \d+ connections in use\n {2}next: npx polystore runbook connections: its SQL works here too, .*\n/,
    );
  } finally {
    await Promise.all(opened.map(closeClient));
  }
});

it('says which server is down and since when, and that its replica has nobody to follow', async () => {
  await test.killServer('main/primary', 'SIGKILL');
  await eventually('the replica has noticed', async () => (await look()).status.servers[1]?.lagMs === 'unknown');
  const { status } = await look();
  expect(status.alarms).toEqual([
    {
      name: 'main/primary down',
      says: 'main/primary ended by SIGKILL',
      runbook: 'failover',
      next: 'npx polystore down, then npx polystore up: every server starts again',
      since: expect.stringMatching(/^\d{4}-/) as string,
    },
    {
      name: 'main/r1 lag',
      says: 'main/r1 does not stream',
      runbook: 'replica-lag',
      next: 'npx polystore down, then npx polystore up: every replica is copied anew from its primary',
    },
  ]);
  const text = renderStatus(status, plain);
  expect(text).toMatch(/^main +primary +- .* ended by SIGKILL$/m);
  expect(text).toMatch(
    /✗ main\/primary ended by SIGKILL, \d+ s ago\n {2}next: npx polystore down, then npx polystore up/,
  );
  expect(text).toContain('  on AWS: npx polystore runbook failover\n');
});
