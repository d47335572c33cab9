import { createServer, type Server } from 'node:net';
import { PolystoreError } from '../errors';
import { isSystemError } from '../sources/files';
import { LOCAL_HOST } from './server-settings';

/**
 * As many ports as asked for that nobody listens on now. The system may give one away before a server takes it, which
 * the server then reports: choose anew.
 */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  // All held at once, so that none is found twice.
  const held = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = held.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(held.map(close));
  return ports;
}

/**
 * Makes sure that nobody listens on a port that a server was told to have.
 * @throws {PolystoreError} PORT_TAKEN
 */
export async function requireFree(port: number, server: string): Promise<void> {
  try {
    await close(await listen(port));
  } catch (error) {
    if (isSystemError(error, 'EADDRINUSE') || isSystemError(error, 'EACCES')) throw portTaken(port, server);
    throw error;
  }
}

export function portTaken(port: number, server: string): PolystoreError<'PORT_TAKEN'> {
  return new PolystoreError(
    'PORT_TAKEN',
    `${server} can't listen on ${LOCAL_HOST}:${port}: another process has the port`,
    {
      details: { port, server },
      next: `See who has it with \`lsof -i :${port}\`, then stop that process or choose other ports; without a port the system gives free ones.`,
    },
  );
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: LOCAL_HOST, port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
