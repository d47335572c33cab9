import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { ENGINE_PID_FILE, startEngine, type EngineLaunch } from '../../lib/local/engine-process';
import { findFreePorts } from '../../lib/local/ports';
import { eventually } from '../support/eventually';
import { listensOn, newDirectory, removeDirectory, runs } from './scratch';

let directory: string;
let launch: EngineLaunch;

/** A process that behaves like an engine: listens, says so, ends when told to. */
const LISTENS = `
  const server = require('node:net').createServer();
  server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready for ' + Object.keys(process.env).sort()));`;
const IGNORES_SIGTERM = `process.on('SIGTERM', () => console.log('not yet'));${LISTENS}`;

const run = (script: string): EngineLaunch => ({
  ...launch,
  args: ['-e', script, '--', join(launch.dataDirectory, 'settings'), String(launch.port)],
});

beforeEach(async () => {
  directory = await newDirectory();
  const dataDirectory = join(directory, 'data', 'cache', 'primary');
  await mkdir(dataDirectory, { recursive: true });
  launch = {
    label: 'cache/primary',
    program: process.execPath,
    args: [],
    dataDirectory,
    log: join(directory, 'log', 'cache', 'primary.log'),
    run: 'abc',
    port: (await findFreePorts(1))[0] as number,
    ready: /^ready for/m,
  };
});

afterEach(() => removeDirectory(directory));

test('an engine runs under the id that its file names, sees no environment but its own, and takes its file along', async () => {
  const engine = await startEngine({ ...run(LISTENS), env: { OWN: 'x' } });
  const file = join(launch.dataDirectory, ENGINE_PID_FILE);
  expect(await listensOn(launch.port)).toBe(true);
  expect(await readFile(file, 'utf8')).toBe(`${engine.pid} abc\n`);
  const seen = /ready for (.*)/.exec(await readFile(launch.log, 'utf8'))?.[1]?.split(',') ?? [];
  expect(seen.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([
    'LC_ALL',
    'OWN',
    'PATH',
    'TZ',
  ]);
  await engine.stop();
  expect(engine.exit()).toMatchObject({ signal: 'SIGTERM' });
  expect(existsSync(file)).toBe(false);
  expect(runs(engine.pid)).toBe(false);
});

test('an engine that somebody ends is known to have ended, and how', async () => {
  const engine = await startEngine(run(IGNORES_SIGTERM));
  engine.kill('SIGKILL');
  expect(await engine.exited).toMatchObject({ code: null, signal: 'SIGKILL' });
});

test('an engine that ends before it is ready is an error with what it logged', async () => {
  const start = startEngine(run("console.error('error: no such option'); process.exit(3)"));
  await expect(start).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: 'cache/primary ended with exit code 3 before it was ready: error: no such option',
  });
});

test('a program that is not there is an error that names it', async () => {
  await expect(startEngine({ ...launch, program: join(directory, 'none') })).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    details: { log: expect.stringContaining(join(directory, 'none')) as string },
  });
});

describe('where another process has the port', () => {
  let other: Server;
  beforeEach(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(launch.port, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => other.close(resolve)));

  test('that is the error', async () => {
    await expect(startEngine(run(LISTENS))).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { port: launch.port },
    });
  });
});

test('an interrupt gives the start up, and nothing is left', async () => {
  const interrupt = new AbortController();
  const start = startEngine(run('setInterval(() => {}, 1000)'), interrupt.signal);
  const pid = await eventually('it runs', async () =>
    Number((await readFile(join(launch.dataDirectory, ENGINE_PID_FILE), 'utf8')).split(' ')[0]),
  );
  interrupt.abort();
  await expect(start).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(runs(pid)).toBe(false);
});

test('the log of the run before stays beside the log of this one', async () => {
  await mkdir(join(launch.log, '..'), { recursive: true });
  await writeFile(launch.log, 'of the run before');
  await (await startEngine(run(LISTENS))).stop();
  expect(await readFile(launch.log.replace('.log', '.previous.log'), 'utf8')).toBe('of the run before');
});
