import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Member } from '../../lib/routing/member';
import { PrimarySearch, type Searched } from '../../lib/routing/primary-search';
import { ServerMonitor } from '../../lib/routing/server-monitor';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

it('a search that is closed while it rests asks nobody any more', async () => {
  const askRole = jest.fn(() => Promise.resolve({ kind: 'silent' as const, error: new Error('no answer') }));
  const told: string[] = [];
  const search: PrimarySearch = new PrimarySearch({
    candidates: () => [{ name: 'primary', askRole } as unknown as Member],
    timeline: () => undefined,
    isPrimaryLost: false,
    splitOff: () => undefined,
    found: () => told.push('found'),
    lost: () => told.push('lost'),
  } satisfies Searched);
  expect(await search.look()).toMatchObject({ primary: undefined, isLost: true });
  // Soon after a round that found nobody, the next one rests first.
  const next = search.look();
  search.close();
  expect(await next).toMatchObject({ primary: undefined, isLost: false });
  expect(askRole).toHaveBeenCalledTimes(1);
  expect(told).toEqual(['lost']);
});

it('a monitor that was closed makes no connection any more, whoever asks, and keeps what it knew', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = {
    server: { name: 'r1', endpoint: { host: '127.0.0.1', port, via: 'direct' as const } },
    database: 'main',
    credentials: { username: 'nobody', password: 'nothing' },
    trust: { kind: 'system' as const },
  };
  const asked = new ServerMonitor(target, 'postgres', 'monitor-test');
  servers.push(server);
  expect(await asked.askRole()).toMatchObject({ kind: expect.stringMatching(/silent|unclear/) as string });
  expect(connections).toBe(1);
  const closed = new ServerMonitor(target, 'postgres', 'monitor-test');
  await closed.close();
  expect(await closed.askRole()).toMatchObject({ kind: 'unclear' });
  await closed.start();
  expect(connections).toBe(1);
  expect(closed.health).toEqual({ state: 'unprobed' });
  await asked.close();
});
