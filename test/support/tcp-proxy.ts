import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and a server, to make the faults of a network.
 *
 * - `pass`: as if it were not there
 * - `refuse`: nothing listens, open connections are reset
 * - `silent`: accepts and forwards what the client says, but never answers
 */
export type ProxyMode = 'pass' | 'refuse' | 'silent';

export class TcpProxy {
  private mode: ProxyMode = 'pass';
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  port = 0;
  /** Answers that nobody heard. */
  dropped = 0;

  private constructor(private upstreamPort: number) {}

  static async open(upstreamPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(upstreamPort);
    await proxy.listen();
    return proxy;
  }

  async set(mode: ProxyMode): Promise<void> {
    this.mode = mode;
    if (mode === 'refuse') await this.close();
    else if (!this.server) await this.listen();
  }

  /** New connections go to another server, as behind a name whose address has changed. */
  retarget(upstreamPort: number): void {
    this.upstreamPort = upstreamPort;
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  private async listen(): Promise<void> {
    const server = createServer((client) => this.join(client, connect(this.upstreamPort, '127.0.0.1')));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
  }

  private join(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => {
      if (this.mode !== 'silent') client.write(data);
      else this.dropped++;
    });
  }
}
