import { describeServers } from '../../bin/shown-start';
import { describeSmoke } from '../../bin/describe-smoke';
import { parseTier } from '../../lib/definition';
import type { SmokeReport } from '../../lib/smoke';
import type { Topology } from '../../lib/topology';

const tier = parseTier({
  name: 'shop',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: { kind: 'postgres', replicas: 1 },
    sessions: { kind: 'valkey' },
    carts: { kind: 'dynamodb', partitionKey: 'id' },
    people: { kind: 'neptune' },
  },
});
const absence = { kind: 'valkey', reason: 'none is on the PATH', next: 'Install one.' };
/** As far as it says what runs. */
const topologyOf = (changes: object): Topology =>
  ({
    stores: { carts: { kind: 'dynamodb' }, sessions: { kind: 'valkey' }, people: { kind: 'neptune' } },
    ...changes,
  }) as unknown as Topology;

it('names what runs and by what, and what does not apart from it', () => {
  expect(describeServers(tier, topologyOf({}))).toBe(
    'primary, 1 replica (PostgreSQL 17), sessions (valkey), carts (dynamodb, emulated), people (neptune)',
  );
  expect(describeServers(tier, topologyOf({ absent: { sessions: absence, people: absence } }))).toBe(
    'primary, 1 replica (PostgreSQL 17), carts (dynamodb, emulated); absent: sessions, people',
  );
});

it('says of a tier of which nothing runs that nothing does', () => {
  const cache = parseTier({
    name: 'shop',
    stages: { dev: { profile: 'disposable' } },
    stores: { sessions: { kind: 'valkey' } },
  });
  expect(describeServers(cache, topologyOf({ absent: { sessions: absence } }))).toBe('nothing; absent: sessions');
});

it('a proof counts what was proven, and names stores of which nothing was', () => {
  const outcomes = [
    { store: 'main', status: 'passed' },
    { store: 'main', status: 'failed' },
    { store: 'main', status: 'skipped' },
    { store: 'sessions', status: 'skipped' },
    { store: 'people', status: 'skipped' },
  ];
  const describe = (of: readonly object[]): string => describeSmoke({ outcomes: of } as unknown as SmokeReport);
  expect(describe(outcomes)).toBe('main 1/2; not proven: sessions, people');
  expect(describe(outcomes.slice(0, 3))).toBe('main 1/2');
  expect(describe(outcomes.slice(3))).toBe('not proven: sessions, people');
});
