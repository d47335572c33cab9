import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TierDefinition } from '../../lib/definition';
import { deleteLocalTier, inspectLocalTier, readLocalState, startLocalTier, type LocalTier } from '../../lib/local';
import { eventually } from '../support/eventually';
import {
  listensOn,
  newDirectory,
  onServer,
  pair,
  processesOf,
  removeDirectory,
  runs,
  TEMPLATES,
  valueOf,
} from './scratch';

let directory: string;
let tier: LocalTier | undefined;

beforeAll(async () => {
  directory = await newDirectory();
});

/** Each test finds a tier that is up and whole, on whatever data the others have left: its directory is as old as the suite. */
beforeEach(async () => {
  tier ??= await up();
});

afterAll(async () => {
  await down();
  await removeDirectory(directory);
});

async function up(definition: TierDefinition = pair()): Promise<LocalTier> {
  tier = await startLocalTier(definition, { directory, templates: TEMPLATES });
  return tier;
}

async function down(): Promise<void> {
  await tier?.stop();
  tier = undefined;
  expect(processesOf(directory)).toEqual([]);
}

/** Stops the tier, does what happens `meanwhile`, and starts it again. */
async function restart(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  await down();
  await meanwhile();
  await up();
}

const portOf = (name: string): number => tier?.servers().find((server) => server.name === name)?.port ?? 0;

const ask = (name: string, sql: string): Promise<unknown> =>
  onServer(directory, portOf(name), (client) => valueOf(client, sql));

test('a tier that is stopped leaves its data and no process, port, state or topology', async () => {
  const { servers, stop } = tier as LocalTier;
  await Promise.all([stop(), stop()]);
  tier = undefined;
  expect(processesOf(directory)).toEqual([]);
  for (const { port } of servers()) expect(await listensOn(port)).toBe(false);
  const left = readdirSync(directory).filter((name) => !name.startsWith('lock.'));
  expect(left.sort()).toEqual(['data', 'log', 'secrets.json', 'tls']);
  expect(await readLocalState(directory)).toBeUndefined();
  await expect(inspectLocalTier(directory)).rejects.toMatchObject({ code: 'TIER_NOT_UP', details: { directory } });
});

test('data is still there after the next start, on the primary and on the replica', async () => {
  await ask('primary', 'create table kept as select 1 as one');
  await restart();
  expect(await ask('primary', 'select one from kept')).toBe(1);
  expect(await ask('r1', 'select one from kept')).toBe(1);
});

test('a primary that was killed with unfinished work recovers, and its replica is built from it', async () => {
  await ask('primary', 'create table recovered as select n from generate_series(1, 20000) n');
  await tier?.killServer('main/primary', 'SIGKILL');
  await restart();
  expect(await ask('primary', 'select count(*)::int from recovered')).toBe(20000);
  expect(await ask('r1', 'select count(*)::int from recovered')).toBe(20000);
  await ask('primary', 'insert into recovered values (0)');
  await eventually(
    'the replica follows',
    async () => (await ask('r1', 'select count(*)::int from recovered')) === 20001,
  );
});

test('a replica that is killed is a row of the status that names the signal, and the others go on', async () => {
  const { killServer, onServerExit } = tier as LocalTier;
  const heard = new Promise((resolve) => onServerExit(resolve));
  await killServer('main/r1', 'SIGKILL');
  expect(await heard).toMatchObject({ store: 'main', name: 'r1', signal: 'SIGKILL', code: null });
  expect((await inspectLocalTier(directory)).servers).toMatchObject([
    { name: 'primary', role: 'primary', status: { kind: 'running' } },
    { name: 'r1', status: { kind: 'ended', signal: 'SIGKILL', code: null, at: expect.stringMatching(/^\d{4}-/) } },
  ]);
  await down();
});

test('a listener that was taken away hears nothing, and nobody hears of servers that were stopped', async () => {
  const { killServer, onServerExit } = tier as LocalTier;
  const gone: string[] = [];
  const heard: string[] = [];
  onServerExit(({ name }) => gone.push(name))();
  onServerExit(({ name }) => heard.push(name));
  await killServer('main/r1', 'SIGINT');
  await down();
  expect({ gone, heard }).toEqual({ gone: [], heard: ['r1'] });
});

test('a replica that was promoted is a replica again, since the primary is what counts', async () => {
  await ask('r1', 'select pg_promote(true, 30)');
  await ask('r1', 'create table on_the_promoted_one ()');
  await restart();
  expect(await ask('r1', 'select pg_is_in_recovery()')).toBe(true);
  expect(await ask('r1', `select to_regclass('on_the_promoted_one')`)).toBeNull();
});

test('fewer connections than last time: the replica starts all the same', async () => {
  await down();
  await up(pair({ maxConnections: 90 }));
  await down();
  await up(pair({ maxConnections: 30 }));
  expect(await ask('primary', 'show max_connections')).toBe('30');
  expect(await ask('r1', 'show max_connections')).toBe('30');
});

test('a tier that is deleted starts again in the same process, with another authority', async () => {
  const before = readFileSync(join(directory, 'tls', 'ca.crt'), 'utf8');
  await restart(() => deleteLocalTier(directory));
  expect(readFileSync(join(directory, 'tls', 'ca.crt'), 'utf8')).not.toBe(before);
  expect(await ask('primary', 'select 1')).toBe(1);
});

test('a server that logs every statement logs no password', async () => {
  await down();
  // What makes the roles is to be among the statements.
  await deleteLocalTier(directory);
  await up(pair({ slowQueryMs: 0 }));
  const log = readFileSync(join(directory, 'log', 'main', 'primary.log'), 'utf8');
  expect(log).toMatch(/duration: .*(create|alter) role/i);
  const secrets = JSON.parse(readFileSync(join(directory, 'secrets.json'), 'utf8')) as Record<
    string,
    { password: string }
  >;
  for (const { password } of Object.values(secrets)) expect(log).not.toContain(password);
});

test('lost secrets are made anew, and every role gets its new password', async () => {
  await ask('primary', 'create table kept_without_secrets as select 1 as one');
  await restart(() => rm(join(directory, 'secrets.json')));
  const owned = await onServer(directory, portOf('primary'), (client) => valueOf(client, 'select current_user'), {
    secret: 'main/owner',
  });
  expect(owned).toBe('polystore_owner');
  expect(await ask('r1', 'select one from kept_without_secrets')).toBe(1);
});

test('a postmaster.pid that names an innocent process hinders nothing and harms nobody', async () => {
  // What a reboot or a restarted container leaves: the id of a dead server, which another process has got.
  const innocent = process.ppid;
  const file = join(directory, 'data', 'main', 'primary', 'postmaster.pid');
  await restart(() => writeFile(file, `${innocent}\n${directory}\n1\n5432\n`));
  expect(runs(innocent)).toBe(true);
  expect(await ask('primary', 'select 1')).toBe(1);
});

test('a primary that a drill made a standby is a primary again', async () => {
  await restart(() => writeFile(join(directory, 'data', 'main', 'primary', 'standby.signal'), ''));
  expect(await ask('primary', 'select pg_is_in_recovery()')).toBe(false);
});

test('data of another major version is refused, and nothing runs', async () => {
  await down();
  const file = join(directory, 'data', 'main', 'primary', 'PG_VERSION');
  const made = readFileSync(file, 'utf8');
  await writeFile(file, '16\n');
  await expect(up()).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringMatching(/main\/primary has data of PostgreSQL 16, and PostgreSQL 17\.\d+ is installed/),
    next: expect.stringContaining('--delete-data'),
  });
  expect(processesOf(directory)).toEqual([]);
  await writeFile(file, made);
});
