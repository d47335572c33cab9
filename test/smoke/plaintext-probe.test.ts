import { createServer, type AddressInfo, type Socket } from 'node:net';
import { askInPlaintext, type PlaintextAnswer } from '../../lib/smoke/plaintext-probe';

/** Asks a server that behaves as `serve` does. */
async function ask(serve: (socket: Socket, startup: Buffer) => void, timeoutMs = 2_000): Promise<PlaintextAnswer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (startup) => serve(socket, startup));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await askInPlaintext({ host: '127.0.0.1', port }, { user: 'u', database: 'd' }, timeoutMs);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

const message = (type: string, body: string): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(4 + Buffer.byteLength(body), 1);
  return Buffer.concat([head, Buffer.from(body)]);
};

const REFUSAL = message('E', 'SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry\0\0');

describe('askInPlaintext', () => {
  it('reads the SQLSTATE of a refusal', async () => {
    expect(await ask((socket) => socket.write(REFUSAL))).toEqual({ kind: 'refused', sqlState: '28000' });
  });

  it('reads a refusal that arrives in pieces', async () => {
    const answer = await ask((socket) => {
      socket.setNoDelay(true);
      socket.write(REFUSAL.subarray(0, 3), () =>
        socket.write(REFUSAL.subarray(3, 20), () => socket.write(REFUSAL.subarray(20))),
      );
    });
    expect(answer).toEqual({ kind: 'refused', sqlState: '28000' });
  });

  it('takes a request for a password as acceptance', async () => {
    expect(await ask((socket) => socket.write(message('R', '\0\0\0\x0aSCRAM-SHA-256\0\0')))).toEqual({
      kind: 'accepted',
    });
  });

  it('takes the end of the connection as such', async () => {
    expect(await ask((socket) => socket.end())).toEqual({ kind: 'closed' });
  });

  it('sends who and where, and no password', async () => {
    let sent: Buffer = Buffer.alloc(0);
    await ask((socket, startup) => {
      sent = startup;
      socket.end();
    });
    expect(sent.readInt32BE(0)).toBe(sent.length);
    expect(sent.toString('utf8', 8)).toBe('user\0u\0database\0d\0\0');
  });

  it('rejects where nothing is said', async () => {
    await expect(ask(() => undefined, 100)).rejects.toThrow('no answer to plaintext within 100 ms');
  });
});
