import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { createApp as drizzleApp } from '../../examples/applications/drizzle/app';
import { createApp as kyselyApp } from '../../examples/applications/kysely/app';
import { createApp as pgApp } from '../../examples/applications/pg/app';
import { createApp as prismaApp } from '../../examples/applications/prisma/app';
import { expressSession, fastifySession, lambdaSession, type Router } from '../../lib/routing';
import { startTestTier, type TestTier } from '../support/local-servers';
import { mainOnly, routerOf, type tier } from './tier';

let test: TestTier;
let router: Router<typeof tier>;
let nextId = 1;
const servers: Server[] = [];

beforeAll(async () => {
  test = await startTestTier(mainOnly);
  await test.on('main/primary', async (client) => {
    await client.query('create table note (id integer primary key, text text)');
    await client.query('grant all on note to public');
  });
  router = await routerOf(test, { catchUpMs: 5, tokenKey: 'a key of more than thirty-two characters' });
  await router.main.read('select 1');
  // From now on replicas see nothing: whatever a session finds, it has from the primary, by its token.
  await Promise.all(
    ['main/r1', 'main/r2'].map((label) => test.on(label, (client) => client.query('select pg_wal_replay_pause()'))),
  );
});

afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await router?.close();
  await test?.stop();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

const post = (url: string, note: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(note), headers: { 'content-type': 'application/json' } });

const APPS = { pg: pgApp, kysely: kyselyApp, drizzle: drizzleApp, prisma: prismaApp };

it.each(Object.entries(APPS))('a visitor of the application with %s finds what he wrote', async (_name, createApp) => {
  const url = await listen(createApp(router, { secure: false }) as RequestListener);
  const note = { id: nextId++, text: 'mine' };
  const written = await post(`${url}/notes`, note);
  expect(written.status).toBe(201);
  const cookie = cookieOf(written);
  const found = await fetch(`${url}/notes/${note.id}`, { headers: { cookie } });
  expect([found.status, await found.json()]).toEqual([200, note]);
  // The control: without the cookie, replicas answer with what they have.
  expect((await fetch(`${url}/notes/${note.id}`)).status).toBe(404);
});

describe('the session of Express', () => {
  const write = () => router.main.pool().query('insert into note values ($1)', [nextId++]);

  it('comes as a cookie that scripts can not read, over TLS only, and only where it says something new', async () => {
    const app = express().use(expressSession(router));
    app.get('/write', async (_request, response) => void (await write(), response.json({})));
    app.get('/nothing', (_request, response) => void response.json({}));
    const url = await listen(app as RequestListener);
    const [cookie] = (await fetch(`${url}/write`)).headers.getSetCookie();
    expect(cookie).toMatch(/^polystore-session=[\w-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/);
    expect((await fetch(`${url}/nothing`)).headers.getSetCookie()).toEqual([]);
  });

  it('goes out with an answer that is streamed, or ended without a body', async () => {
    const app = express().use(expressSession(router));
    app.get('/stream', async (_request, response) => void (await write(), response.write('a'), response.end('b')));
    app.get('/end', async (_request, response) => void (await write(), response.writeHead(204).end()));
    const url = await listen(app as RequestListener);
    for (const path of ['/stream', '/end']) {
      expect(cookieOf(await fetch(url + path))).toMatch(/^polystore-session=/);
    }
  });

  it('begins anew where its token was changed, or is refused', async () => {
    const told: string[] = [];
    const onInvalidToken = ({ details }: { details: { reason: string } }) => void told.push(details.reason);
    const app = express();
    app.get('/begin', expressSession(router, { onInvalidToken }), (_request, response) => void response.json({}));
    app.get('/refuse', expressSession(router, { invalidToken: 'refuse' }), (_q, response) => void response.json({}));
    app.use(
      ((error, _request, response, _next) => void response.status(400).json(error)) as express.ErrorRequestHandler,
    );
    const url = await listen(app as RequestListener);
    const headers = { cookie: 'polystore-session=tampered' };
    expect((await fetch(`${url}/begin`, { headers })).status).toBe(200);
    expect(told).toEqual(['malformed']);
    const refused = await fetch(`${url}/refuse`, { headers });
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'TOKEN_INVALID' }]);
  });

  it('needs a router that signs its tokens, and options that a browser takes', async () => {
    const unsigned = await routerOf(test);
    expect(() => expressSession(unsigned)).toThrow('the router has no tokenKey');
    await unsigned.close();
    for (const cookie of [{ maxAgeSeconds: 0 }, { path: '/; Domain=evil' }, { sameSite: 'None', secure: false }]) {
      expect(() => expressSession(router, { cookie: cookie as { path: string } })).toThrow(RangeError);
    }
    expect(() => expressSession(router, { name: 'a b' })).toThrow(RangeError);
  });
});

it('the session of Fastify goes by header from one request to the next', async () => {
  const app = fastify();
  await app.register(fastifySession(router, { carrier: 'header' }));
  app.post<{ Body: { id: number } }>('/notes', async (request) => {
    await router.main.pool().query('insert into note values ($1)', [request.body.id]);
    return {};
  });
  app.get<{ Params: { id: string } }>('/notes/:id', async (request) => {
    return (await router.main.readPool().query('select from note where id = $1', [request.params.id])).rowCount;
  });
  const id = nextId++;
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const token = (await post(`${url}/notes`, { id })).headers.get('x-polystore-session') ?? '';
  const found = await fetch(`${url}/notes/${id}`, { headers: { 'x-polystore-session': token } });
  expect([await found.text(), await (await fetch(`${url}/notes/${id}`)).text()]).toEqual(['1', '0']);
  await app.close();
});

describe('the session of a Lambda', () => {
  const requestContext = {};
  const write = async (event: { id: number }) => {
    await router.main.pool().query('insert into note values ($1)', [event.id]);
    return { statusCode: 201, body: '' } as {
      statusCode: number;
      cookies?: string[];
      headers?: Record<string, string>;
    };
  };
  const read = async (event: { id: number }) =>
    (await router.main.readPool().query('select from note where id = $1', [event.id])).rowCount;

  it('goes by cookie from one invocation to the next', async () => {
    const wrap = lambdaSession(router);
    const id = nextId++;
    const event = { id, version: '2.0', headers: {}, requestContext };
    const answer = await wrap(write)(event, {});
    const cookies = [answer.cookies?.[0]?.split(';')[0] ?? ''];
    // An answer without a status is the body of a 200, once there is a token to put beside it.
    const bodyOf = (found: unknown) => Number((found as { body?: string }).body ?? found);
    expect(bodyOf(await wrap(read)({ ...event, cookies } as typeof event, {}))).toBe(1);
    expect(bodyOf(await wrap(read)(event, {}))).toBe(0);
    const first = await wrap(write)({ ...event, id: nextId++, version: '1.0' } as { id: number }, {});
    expect(first.headers?.['set-cookie']).toMatch(/^polystore-session=.*HttpOnly/);
  });

  it('is of its own for what is no request, and refuses a token where it should', async () => {
    const wrap = lambdaSession(router, { invalidToken: 'refuse' });
    expect(await wrap(write)({ id: nextId++ }, {})).toEqual({ statusCode: 201, body: '' });
    const forged = { id: 0, version: '2.0', headers: {}, cookies: ['polystore-session=x'], requestContext };
    expect(await wrap(write)(forged, {})).toMatchObject({ statusCode: 400 });
  });
});
