import { TcpProxy } from '../support/tcp-proxy';

/** What a test opens, and has closed when it ends. */
export interface ClosedAfterEach {
  router<R extends { close(): Promise<void> }>(router: R): R;
  /** A proxy to a port of this machine. */
  proxyTo(port: number): Promise<TcpProxy>;
}

/** Closes after each test of a suite what it has opened, routers first, and fails one that left a rejection to nobody. */
export function closedAfterEach(): ClosedAfterEach {
  let routers: { close(): Promise<void> }[] = [];
  let proxies: TcpProxy[] = [];
  const unhandled: unknown[] = [];
  const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);
  beforeAll(() => void process.on('unhandledRejection', noteUnhandled));
  afterEach(async () => {
    await Promise.all(routers.map((router) => router.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    routers = [];
    proxies = [];
    expect(unhandled).toEqual([]);
  });
  afterAll(() => void process.off('unhandledRejection', noteUnhandled));
  return {
    router: (router) => {
      routers.push(router);
      return router;
    },
    proxyTo: async (port) => {
      const proxy = await TcpProxy.open(port);
      proxies.push(proxy);
      return proxy;
    },
  };
}
