import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { tlsFilesIn } from '../../lib/local/certificates';
import type { Endpoint } from '../../lib/topology';

/** What RDS Proxy takes at startup; it refuses `options`, and timeouts are not among what is documented. */
const STARTUP: ReadonlySet<string> = new Set(['user', 'database', 'application_name', 'client_encoding']);

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html */
const PINS: readonly RegExp[] = [
  /(^|;)\s*set\s+(?!local\b|transaction\b)/i,
  /(^|;)\s*(reset|prepare|execute|deallocate|discard|declare|listen|load)\b/i,
  /\bcreate\s+(local\s+|global\s+)?(temp|temporary)\b/i,
  /\b(set_config|nextval|setval|pg_(try_)?advisory_lock(_shared)?)\s*\(/i,
];

/** ASCII of the types of messages: to the server, and the one that says that it is ready for the next. */
const [QUERY, PARSE, SYNC, READY] = [0x51, 0x50, 0x53, 0x5a];

/**
 * A pool of connections as a client sees it, before a real server: speaks TLS with the tier's own certificate, refuses what RDS Proxy refuses at
 * startup, and notes what would pin a connection. It gives each client a connection of its own, so nothing that it notes is needed to work.
 */
export class PoolingProxy {
  /** Text of what was sent, in order. */
  readonly statements: string[] = [];
  /** What would have pinned: the text, or the name of a prepared statement. */
  readonly pins: string[] = [];
  /** Parameters at startup that were refused. */
  readonly refused: string[] = [];
  /** Most requests of one client that were under way at once. */
  mostAtOnce = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly upstream: Endpoint,
    authority: string,
  ) {
    const { certificate, key } = tlsFilesIn(dirname(authority));
    const secureContext = createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) });
    server.on('connection', (socket) => {
      this.keep(socket);
      socket.once('data', () => {
        socket.write('S');
        this.relay(this.keep(new TLSSocket(socket, { isServer: true, secureContext })), readFileSync(authority));
      });
    });
  }

  /** `authority` is the path of the tier's, beside which its servers' key is. */
  static async open(upstream: Endpoint, authority: string): Promise<PoolingProxy> {
    const server = createServer();
    const proxy = new PoolingProxy(server, upstream, authority);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): Endpoint {
    return { host: this.upstream.host, port: (this.server.address() as AddressInfo).port, via: 'pooled' };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private keep<S extends Socket>(socket: S): S {
    this.sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
  }

  private relay(client: TLSSocket, ca: Buffer): void {
    const { host, port } = this.upstream;
    const plain = this.keep(connect(port, host));
    plain.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    plain.once('data', () => {
      const server = this.keep(connectTls({ socket: plain, ca, servername: 'localhost' }));
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
      let open = 0;
      const fromClient = messages('startup', (type, body) => {
        if (type === undefined) return this.noteStartup(body);
        if (type === QUERY || type === SYNC) this.mostAtOnce = Math.max(this.mostAtOnce, ++open);
        if (type === QUERY) this.noteStatement(textAt(body, 0));
        if (type !== PARSE) return true;
        const name = textAt(body, 0);
        if (name !== '') this.pins.push(name);
        this.noteStatement(textAt(body, Buffer.byteLength(name) + 1));
        return true;
      });
      const fromServer = messages('typed', (type) => {
        if (type === READY) open = Math.max(0, open - 1);
        return true;
      });
      client.on('data', (data: Buffer) => (fromClient(data) ? server.write(data) : client.destroy()));
      server.on('data', (data: Buffer) => {
        fromServer(data);
        client.write(data);
      });
    });
  }

  private noteStartup(body: Buffer): boolean {
    const names = body
      .subarray(4)
      .toString()
      .split('\0')
      .filter((_, index) => index % 2 === 0);
    const unknown = names.filter((name) => name !== '' && !STARTUP.has(name));
    this.refused.push(...unknown);
    return unknown.length === 0;
  }

  private noteStatement(text: string): void {
    this.statements.push(text);
    if (PINS.some((pin) => pin.test(text))) this.pins.push(text);
  }
}

const textAt = (body: Buffer, start: number): string => body.toString('utf8', start, body.indexOf(0, start));

/** Takes what arrives apart; returns whether `note` agreed to all of it. The first message of a client has no type. */
function messages(
  first: 'startup' | 'typed',
  note: (type: number | undefined, body: Buffer) => boolean,
): (data: Buffer) => boolean {
  let rest = Buffer.alloc(0);
  let isTyped = first === 'typed';
  return (data) => {
    rest = Buffer.concat([rest, data]);
    let agreed = true;
    for (;;) {
      const at = isTyped ? 1 : 0;
      if (rest.length < at + 4) return agreed;
      const end = at + rest.readUInt32BE(at);
      if (rest.length < end) return agreed;
      agreed = note(isTyped ? rest[0] : undefined, rest.subarray(at + 4, end)) && agreed;
      rest = rest.subarray(end);
      isTyped = true;
    }
  };
}
