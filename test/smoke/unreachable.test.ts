import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCertificates } from '../../lib/local/certificates';
import { findFreePorts } from '../../lib/local/ports';
import { runSmoke, type SmokeReport } from '../../lib/smoke';
import type { SecretSource } from '../../lib/sources';
import type { StoreTopology, Topology } from '../../lib/topology';
import { emulateTable } from '../support/emulated-table';

const DEADLINE_MS = 1_000;
/** What a machine under load adds; asking a server again for each of its checks would add more. */
const BUSY_MS = 1_500;
const PASSWORD = 'a password that no report shows';

const CLIENTS = ['iovalkey', 'mongodb', 'neo4j-driver', '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'];

const secrets: SecretSource = { read: (name) => Promise.resolve({ username: name, password: PASSWORD }) };
const logins = { smoke: 'smoke', services: { web: 'web' } };

/** A store of each kind that has servers of its own here, all of whose servers listen on one port. */
const storesAt = (port: number): Readonly<Record<string, StoreTopology>> => {
  const server = (name: string) => ({ name, endpoint: { host: '127.0.0.1', port, via: 'direct' as const } });
  const both = { primary: server('primary'), replicas: [server('r1')] };
  return {
    sessions: { kind: 'valkey', engine: 'valkey', ...both, secrets: logins },
    carts: {
      kind: 'dynamodb',
      table: 'carts',
      partitionKey: { name: 'id', type: 'string' },
      indexes: [{ name: 'byState', partitionKey: { name: 'state', type: 'number' } }],
      timeToLive: 'expiresAt',
      emulator: { url: `http://127.0.0.1:${port}` },
    },
    catalog: { kind: 'documentdb', database: 'catalog', ...both, secrets: { owner: 'owner', ...logins } },
    people: { kind: 'neptune', ...both, login: { secret: 'people' }, standIn: { engine: 'Neo4j', lacks: [] } },
  };
};

let directory: string;
let trust: Topology['trust'];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-unreachable-'));
  // Loading them is no part of what is measured.
  await Promise.all(CLIENTS.map((client) => import(client)));
  trust = { kind: 'file', path: (await ensureCertificates(directory)).authority };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** @param beside stores that answer */
async function smokeAt(port: number, beside: Readonly<Record<string, StoreTopology>> = {}): Promise<SmokeReport> {
  const stores = { ...storesAt(port), ...beside };
  const uses = Object.fromEntries(Object.keys(stores).map((store) => [store, 'write' as const]));
  const topology: Topology = {
    version: 1,
    tier: 'lost',
    stage: 'dev',
    world: 'local',
    trust,
    stores,
    services: { web: { uses } },
  };
  return runSmoke({
    topology,
    secrets,
    placementOf: () => {
      throw new Error('no store here is sharded');
    },
    deadlineMs: DEADLINE_MS,
  });
}

const TELLING = [
  'carts takes-writes',
  'catalog/primary takes-writes',
  'catalog/r1 serves-reads',
  'people/primary takes-writes',
  'people/r1 finds-friends',
  'sessions/primary takes-writes',
  'sessions/r1 serves-reads',
];

/** One failure a server, which names it, its endpoint and what to do; nothing passed, and no check took longer than its deadline. */
function expectToldOnce(report: SmokeReport, port: number, reason: RegExp): void {
  const failed = report.outcomes.filter(({ status }) => status === 'failed');
  expect(failed.map(({ subject, check }) => `${subject} ${check}`).sort()).toEqual(TELLING);
  for (const outcome of failed) {
    expect(outcome).toMatchObject({
      reason: expect.stringMatching(reason),
      evidence: { endpoint: `127.0.0.1:${port}` },
      next: expect.stringContaining('npx polystore status'),
    });
    expect('reason' in outcome && outcome.reason).toContain(`127.0.0.1:${port}`);
  }
  const others = report.outcomes.filter(({ status }) => status !== 'failed');
  expect(others.filter(({ status }) => status === 'passed')).toEqual([]);
  // Whoever tells of backups is somebody else, and not here.
  for (const outcome of others.filter(({ check }) => check !== 'backups-current')) {
    expect(outcome).toMatchObject({ reason: expect.stringMatching(/ can't be asked: see [a-z-]+$/) });
  }
  for (const { durationMs } of report.outcomes) expect(durationMs).toBeLessThan(DEADLINE_MS + BUSY_MS);
  expect(JSON.stringify(report)).not.toContain(PASSWORD);
}

test('a port where nobody listens is told at once', async () => {
  const [port] = (await findFreePorts(1)) as [number];
  const report = await smokeAt(port);
  expectToldOnce(report, port, /ECONNREFUSED/);
  expect(report.durationMs).toBeLessThan(DEADLINE_MS + BUSY_MS);
});

describe('a server that accepts and never answers', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('costs the run one deadline, and delays no store', async () => {
    const { port } = silent.address() as AddressInfo;
    const report = await smokeAt(port);
    // Or what a client says that gives up first: which of the two does is a matter of milliseconds.
    expectToldOnce(report, port, /(no answer within 880 ms|ETIMEDOUT|timed out).* at /);
    // Five checks of one server that each asked for it again would take four deadlines.
    expect(report.durationMs).toBeLessThan(DEADLINE_MS + BUSY_MS);
  });

  it('keeps nobody from proving a store that answers, nor lets it wait', async () => {
    const table = await emulateTable({ table: 'orders', partitionKey: { name: 'id', type: 'string' }, indexes: [] });
    try {
      const { port } = silent.address() as AddressInfo;
      const { outcomes } = await smokeAt(port, { orders: table.topology });
      const orders = outcomes.filter(({ store }) => store === 'orders');
      expect(orders.filter(({ status }) => status === 'passed').map(({ check }) => check)).toEqual([
        'takes-writes',
        'refuses-conflicts',
      ]);
      expect(orders.filter(({ status }) => status === 'failed')).toEqual([]);
      for (const { durationMs } of orders) expect(durationMs).toBeLessThan(DEADLINE_MS);
      expect(outcomes.filter(({ status }) => status === 'failed')).toHaveLength(TELLING.length);
    } finally {
      await table.close();
    }
  });
});
