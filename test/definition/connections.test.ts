import { lambda, parseTier } from '../../lib/definition';
import { publishedServices } from '../../lib/definition/services/published';
import { DEFAULT_POOL_MAX } from '../../lib/postgres/pool-options';
import { faultsOf, minimalTier } from './minimal-tier';

const tierOf = (connections?: object) =>
  parseTier(minimalTier({ services: { web: { uses: { main: 'write' }, ...(connections && { connections }) } } }));
const publishedOf = (connections?: object) => publishedServices(tierOf(connections));

describe('what a service opens', () => {
  test('is one process with the pool that the router has by itself, where nobody says otherwise', () => {
    expect(tierOf().services['web']?.connections).toEqual({ processes: 1, poolMax: DEFAULT_POOL_MAX });
    // An option that is written as `undefined` was not written.
    expect(tierOf({ processes: undefined }).services['web']?.connections.processes).toBe(1);
  });

  test('is an execution a connection on Lambda', () => {
    expect(lambda({ concurrency: 40 })).toEqual({ processes: 40, poolMax: 2 });
    expect(lambda({ concurrency: 20, poolMax: 1 })).toEqual({ processes: 20, poolMax: 1 });
  });

  test('is published for routers, which have their own default', () => {
    expect(publishedOf()).toEqual({ web: { uses: { main: 'write' } } });
    expect(publishedOf({ processes: 2 })).toEqual({ web: { uses: { main: 'write' } } });
    expect(publishedOf({ poolMax: 4 })).toEqual({ web: { uses: { main: 'write' }, poolMax: 4 } });
  });

  test.each<[object | string, string, string]>([
    [{ processes: 0 }, 'services.web.connections.processes', 'got 0, allowed: integer 1–100000'],
    [{ poolMax: 1.5 }, 'services.web.connections.poolMax', 'got 1.5, allowed: integer 1–1000'],
    [{ pool: 3 }, 'services.web.connections.pool', 'unknown option, allowed: processes, poolMax'],
    [
      'many',
      'services.web.connections',
      'got "many", allowed: { processes: …, poolMax: … } or lambda({ concurrency: … })',
    ],
  ])('is refused as %j, in words', (connections, path, message) => {
    const services = { web: { uses: { main: 'write' }, connections } };
    expect(faultsOf(minimalTier({ services }))).toEqual([{ path, message }]);
  });
});
