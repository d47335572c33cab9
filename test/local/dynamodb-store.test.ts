import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseTier } from '../../lib/definition';
import { readLocalState, startLocalTier, type LocalTier } from '../../lib/local';
import { openRouter, type Router } from '../../lib/routing';
import { runSmoke, type SmokeReport } from '../../lib/smoke';
import { FileSecrets, FileTopology, placementsOf } from '../../lib/sources';
import { compiledScript } from '../support/compiled-kit';
import { eventually } from '../support/eventually';
import { listensOn, newDirectory, processesOf, removeDirectory, TEMPLATES } from './scratch';

const scores = {
  kind: 'dynamodb',
  partitionKey: 'player',
  sortKey: { name: 'at', type: 'number' },
  timeToLive: 'expiresAt',
  indexes: {
    byScore: { sortKey: { name: 'score', type: 'number' }, projection: 'keys' },
    byLevel: { partitionKey: { name: 'level', type: 'number' }, projection: ['score'] },
  },
} as const;

const tierOf = (options: object = {}) => ({
  name: 'game',
  stages: { dev: { profile: 'disposable' } },
  stores: { scores: { ...scores, ...options } },
  services: { web: { uses: { scores: 'write' } } },
});

interface Game {
  readonly stores: { readonly scores: { readonly kind: 'dynamodb' } };
}

let directory: string;
let tier: LocalTier | undefined;

beforeEach(async () => {
  directory = await newDirectory();
});

afterEach(async () => {
  await tier?.stop();
  tier = undefined;
  expect(processesOf(directory)).toEqual([]);
  await removeDirectory(directory);
});

async function start(options: object = {}): Promise<LocalTier> {
  tier = await startLocalTier(parseTier(tierOf(options)), { directory, templates: TEMPLATES });
  return tier;
}

const smoke = ({ topology }: LocalTier): Promise<SmokeReport> =>
  runSmoke({
    topology,
    secrets: new FileSecrets(join(directory, 'secrets.json')),
    placementOf: placementsOf(topology),
  });

async function withRouter<T>({ topologyFile }: LocalTier, work: (router: Router<Game>) => Promise<T>): Promise<T> {
  const router = await openRouter<Game>({
    topology: new FileTopology(topologyFile),
    secrets: new FileSecrets(join(directory, 'secrets.json')),
    login: { kind: 'service', service: 'web' },
  });
  try {
    return await work(router);
  } finally {
    await router.close();
  }
}

test('a table keeps its promises here, what the emulator lacks is skipped by name, and a dead one is noticed', async () => {
  const running = await start();
  const { outcomes } = await smoke(running);
  expect(outcomes.map((one) => [one.subject, one.check, one.status, 'reason' in one && one.reason])).toEqual([
    ['scores', 'takes-writes', 'passed', false],
    ['scores', 'refuses-conflicts', 'passed', false],
    ['scores byScore', 'answers-by-index', 'passed', false],
    ['scores byLevel', 'answers-by-index', 'passed', false],
    ['scores', 'expires-items', 'skipped', 'an emulator of DynamoDB: has no expiry'],
    ['scores', 'transacts', 'skipped', 'an emulator of DynamoDB: has no transactions'],
    ['scores', 'refuses-strangers', 'skipped', 'an emulator of DynamoDB answers here: it has no rights'],
    ['scores', 'refuses-plaintext', 'skipped', 'an emulator of DynamoDB answers here: it has no TLS'],
    ['scores', 'backups-current', 'skipped', 'an emulator of DynamoDB answers here: it has no backups'],
  ]);
  await running.killServer('scores/table', 'SIGKILL');
  expect((await smoke(running)).counts).toEqual({ passed: 0, failed: 1, skipped: 8 });
});

test('the router writes to it by the name that it has on AWS, and items outlive the tier, which leaves no port', async () => {
  const key = { player: 'ada', at: 1 };
  const first = await start();
  await withRouter(first, async ({ scores: table }) => {
    expect(table.table).toBe('game-dev-scores');
    await table.client().send(new PutCommand({ TableName: table.table, Item: { ...key, score: 7, level: 1 } }));
  });
  const ports = first.servers().map(({ port }) => port);
  expect(ports).toHaveLength(1);
  await first.stop();
  for (const port of ports) expect(await listensOn(port)).toBe(false);

  const { Item } = await withRouter(await start(), ({ scores: table }) =>
    table.readClient().send(new GetCommand({ TableName: table.table, Key: key })),
  );
  expect(Item).toEqual({ ...key, score: 7, level: 1 });
});

test.each([
  ['another key', { sortKey: 'at' }, 'by player S and at N', 'by player S and at S'],
  ['another index', { indexes: {} }, 'byLevel (global) by level N with INCLUDE score', 'by player S and at N'],
])('a table that was kept with %s is refused, and nothing is left running', async (_what, options, found, expected) => {
  await (await start()).stop();
  await expect(start(options)).rejects.toMatchObject({
    code: 'IDENTITY_CONFLICT',
    details: {
      found: expect.stringContaining(found) as string,
      expected: expect.stringContaining(expected) as string,
    },
  });
  expect(processesOf(directory)).toEqual([]);
});

test('a supervisor that is killed with -9 leaves no process and no port', async () => {
  const args = [compiledScript('test/local/supervisor.ts'), directory, TEMPLATES, JSON.stringify(tierOf())];
  const supervisor = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => supervisor.once('exit', resolve));
  const lines: string[] = [];
  createInterface({ input: supervisor.stdout }).on('line', (line) => lines.push(line));
  try {
    await eventually('the tier is up', () => lines.includes('up'), 30_000);
    const [server] = (await readLocalState(directory))?.servers ?? [];
    expect(await listensOn(server?.port as number)).toBe(true);
    supervisor.kill('SIGKILL');
    await eventually('all processes end', () => processesOf(directory).length === 0);
    expect(await listensOn(server?.port as number)).toBe(false);
  } finally {
    supervisor.kill('SIGKILL');
    await ended;
  }
});
