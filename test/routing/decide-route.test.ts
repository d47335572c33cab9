import fc from 'fast-check';
import { isPolystoreError } from '../../lib/errors';
import {
  decideRoute,
  MAX_SAMPLE_AGE_MS,
  type ReadRequest,
  type ReplicaView,
  type Route,
  type RouteRequest,
  type RoutingView,
} from '../../lib/routing';

const NOW = 100_000;

const read = (parts: Partial<ReadRequest> = {}): ReadRequest => ({
  access: 'read',
  bucket: undefined,
  maxLagMs: 1000,
  fallback: 'primary',
  nowMs: NOW,
  tried: [],
  ...parts,
});

const up = (name: string, lagMs: number | 'unknown' = 0, outstanding = 0): ReplicaView => ({
  name,
  health: { state: 'up', lagMs, sampledAtMs: NOW },
  outstanding,
});

/** A replica that is known to have come so far. */
const at = (name: string, timeline: number, lsn: bigint): ReplicaView => ({
  name,
  health: { state: 'up', lagMs: 0, sampledAtMs: NOW, position: { timeline, lsn } },
  outstanding: 0,
});

const known = (timeline: number, lsn: bigint) => ({ position: { timeline, lsn }, proof: 'known' }) as const;

const view = (...replicas: ReplicaView[]): RoutingView => ({
  store: 'main',
  shard: undefined,
  primary: 'primary',
  replicas,
});

/** Random numbers that come in the order given, over and over. */
const sequence = (...numbers: number[]): (() => number) => {
  let next = 0;
  return () => numbers[next++ % numbers.length] as number;
};

describe('a write', () => {
  it('goes to the primary', () => {
    expect(decideRoute({ access: 'write', bucket: undefined }, view(up('r1')))).toEqual({
      store: 'main',
      shard: undefined,
      bucket: undefined,
      role: 'primary',
      server: 'primary',
      reason: 'write',
    });
  });

  it('carries shard and bucket', () => {
    const route = decideRoute({ access: 'write', bucket: 7 }, { ...view(), shard: 's2' });
    expect(route).toMatchObject({ shard: 's2', bucket: 7 });
  });
});

describe('a read', () => {
  it('goes to the primary of a store without replicas, whatever the fallback', () => {
    expect(decideRoute(read({ fallback: 'none' }), view())).toMatchObject({ role: 'primary', reason: 'noReplicas' });
  });

  it('goes to the only eligible replica', () => {
    const route = decideRoute(read(), view(up('r1', 5000), up('r2')));
    expect(route).toMatchObject({ role: 'replica', server: 'r2', reason: 'onlyEligible' });
  });

  it('goes to the one of two with fewer outstanding requests', () => {
    const replicas = view(up('r1', 0, 3), up('r2', 0, 1), up('r3', 0, 2));
    expect(decideRoute(read(), replicas, sequence(0, 0.9)).server).toBe('r3');
    expect(decideRoute(read(), replicas, sequence(0, 0)).server).toBe('r2');
    expect(decideRoute(read(), replicas, sequence(0.4, 0)).server).toBe('r2');
    expect(decideRoute(read(), replicas, sequence(0.99, 0)).server).toBe('r3');
  });

  it('spreads over equal replicas', () => {
    const counts = new Map<string, number>();
    const replicas = view(up('r1'), up('r2'), up('r3'));
    for (let i = 0; i < 3000; i++) {
      const { server } = decideRoute(read(), replicas);
      counts.set(server, (counts.get(server) ?? 0) + 1);
    }
    for (const name of ['r1', 'r2', 'r3']) expect(counts.get(name)).toBeGreaterThan(700);
  });

  it('falls back to the primary where no replica is eligible', () => {
    expect(decideRoute(read(), view(up('r1', 'unknown')))).toMatchObject({ role: 'primary', reason: 'fallback' });
  });

  it.each<[string, ReplicaView, Partial<ReadRequest>]>([
    ['not probed yet', { name: 'r1', health: { state: 'unprobed' }, outstanding: 0 }, {}],
    ['answers as a primary', { name: 'r1', health: { state: 'notReplica' }, outstanding: 0 }, {}],
    ['down: ECONNREFUSED', { name: 'r1', health: { state: 'down', reason: 'ECONNREFUSED' }, outstanding: 0 }, {}],
    ['lag unknown', up('r1', 'unknown'), {}],
    ['lag 1001 ms, allowed 1000 ms', up('r1', 1001), {}],
    ['lag NaN ms, allowed 1000 ms', up('r1', NaN), {}],
    [`last seen ${MAX_SAMPLE_AGE_MS + 1} ms ago`, up('r1'), { nowMs: NOW + MAX_SAMPLE_AGE_MS + 1 }],
    ['failed this read', up('r1'), { tried: ['r1'] }],
    ['has not replayed what the session has seen', at('r1', 1, 9n), { after: known(1, 10n) }],
    ['has not replayed what the session has seen', at('r1', 2, 99n), { after: known(1, 10n) }],
    ['has not replayed what the session has seen', at('r1', 1, 99n), { after: known(2, 10n) }],
    ['has not replayed what the session has seen', up('r1'), { after: known(1, 10n) }],
    ['has not replayed what the session has seen', at('r1', 1, 99n), { after: { ...known(2, 10n), proof: 'ask' } }],
    ['lag 1500 ms, allowed 1000 ms', up('r1', 2000), { primaryLostAtMs: NOW - 500 }],
  ])('fails without a fallback, saying of the replica: %s', (why, replica, parts) => {
    const decide = () => decideRoute(read({ fallback: 'none', ...parts }), view(replica));
    expect(decide).toThrow(`store "main": no replica may answer a read (r1: ${why}), and the read fallback is 'none'`);
    expect(decide).toThrow(
      expect.objectContaining({
        code: 'NO_ELIGIBLE_REPLICA',
        retryable: true,
        details: { store: 'main', replicas: { r1: why } },
      }),
    );
  });
});

describe('a read of a session', () => {
  it('goes to a replica that is known to have come so far, on the same timeline', () => {
    const replicas = view(at('r1', 1, 9n), at('r2', 1, 10n), at('r3', 2, 99n));
    expect(decideRoute(read({ after: known(1, 10n) }), replicas)).toMatchObject({ server: 'r2' });
    expect(decideRoute(read({ after: known(2, 10n) }), replicas)).toMatchObject({ server: 'r3' });
    expect(decideRoute(read({ after: known(3, 10n) }), replicas)).toMatchObject({ reason: 'fallback' });
  });

  it('may ask a replica of the same timeline, or one whose name leads to several', () => {
    const ask = { position: { timeline: 1, lsn: 10n }, proof: 'ask' } as const;
    expect(decideRoute(read({ after: ask }), view(at('r1', 1, 9n), at('r2', 2, 99n)))).toMatchObject({ server: 'r1' });
    expect(decideRoute(read({ after: ask }), view(up('readers')))).toMatchObject({ server: 'readers' });
  });
});

describe('a read while the primary is lost', () => {
  it('counts lag up to the loss, where replicas may go on', () => {
    const replicas = view(up('r1', 60_000), up('r2', 90_000));
    expect(decideRoute(read({ primaryLostAtMs: NOW - 59_500 }), replicas)).toMatchObject({ server: 'r1' });
    expect(decideRoute(read(), replicas)).toMatchObject({ reason: 'fallback' });
  });
});

describe('a choice of replicas', () => {
  const zoned = (name: string, zone: string | undefined, lagMs = 0): ReplicaView => ({ ...up(name, lagMs), zone });

  it('is one of the zone of whoever asks, as long as one there may answer', () => {
    const replicas = view(zoned('r1', 'a'), zoned('r2', 'b'), zoned('r3', undefined), zoned('r4', 'b'));
    const servers = new Set(Array.from({ length: 100 }, () => decideRoute(read({ zone: 'b' }), replicas).server));
    expect([...servers].sort()).toEqual(['r2', 'r4']);
    expect(decideRoute(read({ zone: 'a' }), replicas)).toMatchObject({ server: 'r1', reason: 'onlyEligible' });
    const late = view(zoned('r1', 'a', 5000), zoned('r2', 'b'));
    expect(decideRoute(read({ zone: 'a' }), late).server).toBe('r2');
    expect(['r1', 'r2']).toContain(decideRoute(read({ zone: 'z' }), view(zoned('r1', 'a'), zoned('r2', 'b'))).server);
  });

  it('is any of them at random', () => {
    const replicas = view(up('r1', 0, 50), up('r2'), up('r3'));
    const request = read({ choice: 'random' });
    expect(decideRoute(request, replicas, sequence(0))).toMatchObject({ server: 'r1', reason: 'random' });
    expect(decideRoute(request, replicas, sequence(0.99)).server).toBe('r3');
  });

  it('is one after the other, whoever may not answer', () => {
    const replicas = view(up('r1'), up('r2', 'unknown'), up('r3'));
    const servers = [0, 1, 2, 3].map((turn) => decideRoute(read({ choice: 'roundRobin', turn }), replicas).server);
    expect(servers).toEqual(['r1', 'r3', 'r1', 'r3']);
  });
});

type Decide = (request: RouteRequest, view: RoutingView) => Route;

const health = fc.oneof(
  fc.constant({ state: 'unprobed' } as const),
  fc.constant({ state: 'notReplica' } as const),
  fc.constant({ state: 'down', reason: 'ECONNREFUSED' } as const),
  fc.record({
    state: fc.constant('up' as const),
    lagMs: fc.oneof(fc.nat(5000), fc.constant('unknown' as const)),
    sampledAtMs: fc.integer({ min: NOW - 2 * MAX_SAMPLE_AGE_MS, max: NOW }),
    position: fc.option(
      fc.record({ timeline: fc.integer({ min: 1, max: 2 }), lsn: fc.bigInt({ min: 0n, max: 20n }) }),
      {
        nil: undefined,
      },
    ),
  }),
);
const views = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      zone: fc.constantFrom(undefined, 'y', 'z'),
      health,
      outstanding: fc.nat(50),
    }),
    {
      selector: ({ name }) => name,
    },
  )
  .map((replicas) => view(...replicas));
const requests = fc.oneof(
  fc.record({ access: fc.constant('write' as const), bucket: fc.constant(undefined) }),
  fc
    .record({
      maxLagMs: fc.nat(5000),
      fallback: fc.constantFrom('primary' as const, 'none' as const),
      tried: fc.subarray(['a', 'b', 'c']),
      after: fc.option(fc.constant(known(1, 10n)), { nil: undefined }),
      zone: fc.constantFrom(undefined, 'z'),
      choice: fc.constantFrom('leastOutstanding' as const, 'random' as const, 'roundRobin' as const),
      turn: fc.nat(),
    })
    .map(read),
);

const mayAnswer = ({ name, health: h }: ReplicaView, { maxLagMs, tried, after }: ReadRequest): boolean =>
  h.state === 'up' &&
  h.lagMs !== 'unknown' &&
  h.lagMs <= maxLagMs &&
  NOW - h.sampledAtMs <= MAX_SAMPLE_AGE_MS &&
  !tried.includes(name) &&
  (after === undefined || (h.position?.timeline === after.position.timeline && h.position.lsn >= after.position.lsn));

/** For every request: a route to a server that may serve it, or the one error there is, exactly when it is due. */
const alwaysRight = (decide: Decide) =>
  fc.property(requests, views, (request, replicas) => {
    const eligible = request.access === 'read' ? replicas.replicas.filter((one) => mayAnswer(one, request)) : [];
    let route: Route;
    try {
      route = decide(request, replicas);
    } catch (error) {
      return (
        isPolystoreError(error, 'NO_ELIGIBLE_REPLICA') &&
        request.access === 'read' &&
        request.fallback === 'none' &&
        eligible.length === 0 &&
        replicas.replicas.length > 0
      );
    }
    if (route.role === 'primary') {
      const isDue = request.access === 'write' || replicas.replicas.length === 0;
      return route.server === 'primary' && (isDue || (eligible.length === 0 && request.fallback === 'primary'));
    }
    return request.access === 'read' && eligible.some(({ name }) => name === route.server);
  });

const busyViews = fc
  .uniqueArray(fc.nat(50), { minLength: 2, maxLength: 6 })
  .map((counts) => view(...counts.map((outstanding, index) => up(`r${index}`, 0, outstanding))));

/** The busiest of several eligible replicas is never chosen: the other of the two is less busy, whichever it is. */
const neverTheBusiest = (decide: Decide) =>
  fc.property(busyViews, (replicas) => {
    const [busiest] = [...replicas.replicas].sort((one, other) => other.outstanding - one.outstanding);
    return decide(read(), replicas).server !== busiest?.name;
  });

describe('every decision', () => {
  const routeTo = (server: string): Route => ({
    store: 'main',
    shard: undefined,
    bucket: undefined,
    role: server === 'primary' ? 'primary' : 'replica',
    server,
    reason: 'leastOutstanding',
  });

  /** Picks among all replicas at random, as the ORMs do. */
  const random: Decide = (request, { replicas }) =>
    routeTo(
      request.access === 'write' || replicas.length === 0
        ? 'primary'
        : (fc.sample(fc.constantFrom(...replicas), 1)[0]?.name ?? ''),
    );

  it('is right', () => fc.assert(alwaysRight(decideRoute), { numRuns: 2000 }));

  it('avoids the busiest replica', () => fc.assert(neverTheBusiest(decideRoute), { numRuns: 2000 }));

  it.each<[string, Decide]>([
    ['picks any replica', random],
    ['reads the primary only', () => routeTo('primary')],
    [
      'takes an unknown lag for none',
      (request, { replicas, ...rest }) =>
        decideRoute(request, {
          ...rest,
          replicas: replicas.map((one) =>
            one.health.state === 'up' && one.health.lagMs === 'unknown'
              ? { ...one, health: { ...one.health, lagMs: 0 } }
              : one,
          ),
        }),
    ],
    [
      'leaves out what the session has seen',
      (request, replicas) =>
        decideRoute(request.access === 'read' ? { ...request, after: undefined } : request, replicas),
    ],
    ['sends writes where reads go', (_request, replicas) => decideRoute(read(), replicas)],
  ])('would be found wrong if it %s', (_name, decide) => {
    expect(fc.check(alwaysRight(decide), { numRuns: 2000 }).failed).toBe(true);
  });

  it('would be found wrong if it ignored how busy a replica is', () => {
    const blind: Decide = (request, replicas) =>
      decideRoute(request, { ...replicas, replicas: replicas.replicas.map((one) => ({ ...one, outstanding: 0 })) });
    expect(fc.check(neverTheBusiest(blind), { numRuns: 2000 }).failed).toBe(true);
  });
});
