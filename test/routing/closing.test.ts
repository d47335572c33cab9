import { setImmediate as turn } from 'node:timers/promises';
import { openRouter } from '../../lib/routing';
import type { Credentials } from '../../lib/sources';
import { TOPOLOGY_VERSION, type Topology } from '../../lib/topology';

const CREDENTIALS: Credentials = { username: 'blog', password: 'of the blog' };

/** Caches that nobody connects to. */
const tierAt = (port: number): Topology => {
  const cache = (name: string) => ({
    kind: 'valkey' as const,
    engine: { name: 'valkey', version: '8.1' } as never,
    primary: { name: 'primary', endpoint: { host: '127.0.0.1', port, via: 'direct' as const } },
    replicas: [],
    trust: { kind: 'plaintext' as const },
    secrets: { smoke: `${name}/smoke`, services: { blog: `${name}/blog` } },
  });
  return {
    version: TOPOLOGY_VERSION,
    tier: 'blog',
    stage: 'dev',
    world: 'local',
    trust: { kind: 'file', path: '/nowhere' },
    stores: { carts: cache('carts'), sessions: cache('sessions') },
    services: { blog: { uses: { carts: 'write', sessions: 'write' } } },
  };
};

const login = { kind: 'service', service: 'blog' } as const;

it('a router of a service that is opened while its own router is closed is closed too: nothing reads the topology any more', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  try {
    const router = await openRouter({
      topology: { read: () => Promise.resolve(tierAt(1)) },
      secrets: { read: () => Promise.resolve(CREDENTIALS) },
      login,
      refreshMs: 1_000,
    });
    expect(jest.getTimerCount()).toBe(1);
    const service = router.service('blog');
    const refused = expect(service).rejects.toMatchObject({ code: 'HANDLE_CLOSED' });
    await router.close();
    await refused;
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

it('a refresh that failed for one store ends when it has for the others, so that a close waits for them', async () => {
  let topology = tierAt(1);
  let secrets: Record<string, Promise<Credentials>> = {};
  const router = await openRouter({
    topology: { read: () => Promise.resolve(topology) },
    secrets: { read: (name) => secrets[name] ?? Promise.resolve(CREDENTIALS) },
    login,
  });
  let answer = (_credentials: Credentials): void => undefined;
  secrets = {
    'carts/blog': Promise.reject(new Error('no such secret')),
    'sessions/blog': new Promise((resolve) => (answer = resolve)),
  };
  topology = tierAt(2);
  const ended: string[] = [];
  const refreshing = router.refresh().catch((error: Error) => ended.push(error.message));
  await turn();
  const closing = router.close().then(() => ended.push('closed'));
  await turn();
  expect(ended).toEqual([]);
  answer(CREDENTIALS);
  await Promise.all([refreshing, closing]);
  expect(ended).toEqual(['no such secret', 'closed']);
});
