import { createServer, type AddressInfo } from 'node:net';
import { onFreshPorts, type EngineRoom } from '../../lib/local/engine-room';
import { findFreePorts, portTaken } from '../../lib/local/ports';

const room = (kind: 'fixed' | 'free', port: number): EngineRoom =>
  ({ ports: kind === 'free' ? { kind } : { kind, portOf: () => port } }) as unknown as EngineRoom;

/** Comes up at the third attempt. */
const thirdTime = (port: number) => {
  let attempts = 0;
  return jest.fn(() => (++attempts < 3 ? Promise.reject(portTaken(port, 'sessions/s0')) : Promise.resolve('up')));
};

describe('a port that somebody else was faster to take', () => {
  it('is chosen anew', async () => {
    const start = thirdTime(1);
    await expect(onFreshPorts(room('free', 1), start)).resolves.toBe('up');
    expect(start).toHaveBeenCalledTimes(3);
  });

  it('is chosen anew where it stands beside one that was told, which nobody has', async () => {
    const [port = 0] = await findFreePorts(1);
    const start = thirdTime(port);
    await expect(onFreshPorts(room('fixed', port), start)).resolves.toBe('up');
    expect(start).toHaveBeenCalledTimes(3);
  });

  it('is an error where it was told', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const start = thirdTime(port);
    try {
      await expect(onFreshPorts(room('fixed', port), start)).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        details: { port, server: 'sessions/s0' },
      });
    } finally {
      holder.close();
    }
    expect(start).toHaveBeenCalledTimes(1);
  });

  it('is an error after five attempts, and any other failure at once', async () => {
    const never = jest.fn(() => Promise.reject(portTaken(1, 'sessions/s0')));
    await expect(onFreshPorts(room('free', 1), never)).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    expect(never).toHaveBeenCalledTimes(5);
    const broken = jest.fn(() => Promise.reject(new Error('no such option')));
    await expect(onFreshPorts(room('free', 1), broken)).rejects.toThrow('no such option');
    expect(broken).toHaveBeenCalledTimes(1);
  });
});
