import { parseBenchOptions } from '../../bench/bench-options';
import { coresFor, halvesOf } from '../../bench/cores';
import { pgbouncer } from '../../bench/pgbouncer';
import { notInstalled } from '../../bench/proxy';
import { coresText, figureOf, rowText, totalText, type Row } from '../../bench/rows';

const result = {
  median: 0.987,
  low: 0.96,
  high: 1.01,
  runs: 10,
  unit: '×',
  detail: '987 against 1000 reads/s',
} as const;
const kept: Row = { name: 'read, 1 client: against bare pg', limit: { atLeast: 0.95 }, result };
const missed: Row = {
  name: 'first write after a promotion',
  limit: { atMost: 2 },
  result: { median: 3, low: 2.5, high: 4, runs: 6, unit: 's', detail: 'primary killed' },
};
const skipped: Row = {
  name: 'read, 1 client: against pgbouncer',
  limit: { atLeast: 1 },
  skipped: notInstalled(pgbouncer),
};

describe('a row', () => {
  it('tells its figure, interval, limit and what was measured', () => {
    expect(rowText(kept).replace(/ {2,}/g, ' | ')).toBe(
      '✓ | read, 1 client: against bare pg | 0.99× | [0.96×, 1.01×] | ≥ 0.95× | 987 against 1000 reads/s',
    );
    expect(rowText(missed).replace(/ {2,}/g, ' | ')).toBe(
      '✗ | first write after a promotion | 3.00 s | [2.50 s, 4.00 s] | ≤ 2.00 s | primary killed',
    );
  });

  it('of a proxy that is not there says how to get it, and passes for nothing', () => {
    expect(rowText(skipped).replace(/ {2,}/g, ' | ')).toBe(
      '- | read, 1 client: against pgbouncer | skipped: pgbouncer is not installed (apt-get install pgbouncer)',
    );
    expect(figureOf(skipped)).toEqual({
      name: 'read, 1 client: against pgbouncer',
      limit: { atLeast: 1 },
      verdict: 'skipped',
      reason: 'pgbouncer is not installed (apt-get install pgbouncer)',
    });
  });

  it('for programs has everything that people see', () => {
    expect(figureOf(kept)).toEqual({ name: kept.name, limit: { atLeast: 0.95 }, ...result, verdict: 'ok' });
  });
});

describe('the total', () => {
  it('counts what was measured, and names what missed or was skipped', () => {
    expect(totalText([kept, kept].map(figureOf))).toBe('2 of 2 within their limits');
    expect(totalText([kept, missed, skipped].map(figureOf))).toBe('1 of 2 within their limits, 1 missed, 1 skipped');
  });
});

describe('the command line', () => {
  const names = ['read', 'write', 'synth'] as const;

  it('runs everything unless told otherwise', () => {
    expect(parseBenchOptions([], names)).toEqual({ names, output: 'text', proxyLeg: 'tls', cores: 'split' });
    expect(
      parseBenchOptions(['--only', 'synth', '--json', '--only', 'read', '--plain-proxies', '--shared-cores'], names),
    ).toEqual({
      names: ['read', 'synth'],
      output: 'json',
      proxyLeg: 'plain',
      cores: 'shared',
    });
  });

  it('refuses a name that there is not, and says which there are', () => {
    expect(() => parseBenchOptions(['--only', 'reed'], names)).toThrow(
      'no benchmark is named "reed"; there are read, write, synth',
    );
    expect(() => parseBenchOptions(['--onyl', 'read'], names)).toThrow(/--onyl/);
  });
});

describe('the cores', () => {
  it.each([
    ['0-1', { clients: '0', servers: '1' }],
    ['0-3,8', { clients: '0,1', servers: '2,3,8' }],
    ['5,7', { clients: '5', servers: '7' }],
    ['0', undefined],
    ['', undefined],
  ])('%s are halved', (list, halves) => {
    expect(halvesOf(list)).toEqual(halves);
  });

  it('are shared where that was asked for, and the output says who runs where', () => {
    expect(coresText(coresFor('shared'))).toBe('read, write, session: clients, servers and proxies share all cores');
    expect(coresText({ halves: { clients: '0', servers: '1' } })).toBe(
      'read, write, session: clients on cores 0, servers and proxies on cores 1',
    );
  });
});
