import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import type { Topology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { createUsersTables, failedOf, failureOf, mainOf, prove, skippedOf, tier } from './tier';

describe('a tier that loses one server after the other', () => {
  let local: TestTier;
  beforeAll(async () => {
    local = await startTestTier(tier);
    await createUsersTables(local);
  });
  afterAll(() => local.stop());

  it('names a replica that was killed, and proves everything else', async () => {
    await local.killServer('main/r2', 'SIGKILL');
    const report = await prove(local);
    expect(failedOf(report)).toEqual(['main/r2 serves-reads']);
    expect(failureOf(report, 'main/r2 serves-reads')).toMatchObject({
      reason: 'ECONNREFUSED',
      unaffected: 'reads served by r1',
      next: expect.stringContaining('npx polystore status') as string,
    });
    expect(skippedOf(report)).toEqual(['main/r2 identity', 'main/r2 refuses-plaintext', 'main/r2 refuses-writes']);
    expect(report.outcomes.filter(({ store, status }) => store === 'posts' && status === 'passed')).toHaveLength(17);
  });

  it('names a shard that was killed, and finds the keys of the others on their owner', async () => {
    await local.killServer('posts/s1', 'SIGKILL');
    const report = await prove(local, { only: ['posts'] });
    expect(failedOf(report)).toEqual(['posts/s1 takes-writes']);
    expect(failureOf(report, 'posts/s1 takes-writes').unaffected).toBe('reads and writes of s0');
    const keys = report.outcomes.find(({ check }) => check === 'keys-on-owner');
    expect(keys).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/^s1: no answer; \d+ keys lie on their owner among the other 1 shards$/) as string,
    });
    const rights = report.outcomes.find(({ check }) => check === 'holds-rights');
    expect(rights).toMatchObject({ status: 'skipped', reason: expect.stringContaining('posts/s1') as string });
  });

  it('names the primary that was killed, and the reads that go nowhere while nobody knows the lag of a replica', async () => {
    await local.killServer('main/primary', 'SIGKILL');
    const report = await prove(local, { only: ['main'] });
    expect(failedOf(report)).toEqual(['main routes-reads', 'main/primary takes-writes', 'main/r2 serves-reads']);
    expect(failureOf(report, 'main routes-reads').reason).toMatch(/^SERVER_UNAVAILABLE/);
    expect(skippedOf(report)).toContain('main/r1 serves-reads');
    const refusal = report.outcomes.find(({ subject, check }) => subject === 'main/r1' && check === 'refuses-writes');
    expect(refusal?.status).toBe('passed');
  });
});

describe('a replica that was promoted', () => {
  let local: TestTier;
  beforeAll(async () => {
    local = await startTestTier({
      ...tier,
      stores: { main: tier.stores.main },
      services: { users: { uses: { main: 'write' } } },
    });
    await local.on('main/r2', (client) => client.query('select pg_promote()'));
    await eventually('r2 is a primary', () =>
      local.on('main/r2', async (client) => {
        const { rows } = await client.query<{ r: boolean }>('select pg_is_in_recovery() as r');
        return rows[0]?.r === false;
      }),
    );
  });
  afterAll(() => local.stop());

  it('is found by what it does, and its write is rolled back', async () => {
    const report = await prove(local);
    expect(failedOf(report)).toEqual(['main/r2 refuses-writes', 'main/r2 serves-reads']);
    expect(failureOf(report, 'main/r2 serves-reads').reason).toMatch(/^is not in recovery/);
    const { rowCount } = await local.on('main/r2', (client) => client.query('select from polystore_smoke.probe'));
    expect(rowCount).toBe(0);
  });

  it('routes-writes fails where one name leads to two primaries', async () => {
    const { primary, replicas } = mainOf(local.topology);
    const ports = [primary.endpoint.port, replicas[1]?.endpoint.port ?? 0];
    const fork = await forkTo(ports);
    const endpoint = { host: '127.0.0.1', port: (fork.address() as AddressInfo).port, via: 'direct' } as const;
    const main = { ...mainOf(local.topology), primary: { ...primary, endpoint }, replicas: [] };
    const topology: Topology = { ...local.topology, stores: { main } };
    try {
      const report = await prove(local, { topology });
      expect(failedOf(report)).toEqual(['main routes-writes']);
      expect(failureOf(report, 'main routes-writes')).toMatchObject({
        reason: expect.stringMatching(/^[1-7] of 8 writes landed elsewhere/) as string,
      });
    } finally {
      await new Promise((resolve) => fork.close(resolve));
    }
  });
});

/** A port whose connections go to each of `ports` in turn, as behind a name with two addresses. */
async function forkTo(ports: readonly number[]): Promise<Server> {
  let turn = 0;
  const server = createServer((client) => {
    const upstream = connect(ports[turn++ % ports.length] as number, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
