import { renderStatus, STATUS_VERSION, type ServerRow, type TierStatus } from '../../lib/status';

const plain = { dim: String, green: String, red: String, yellow: String };
const server = (name: string, isWell = true): ServerRow => ({
  store: 'posts',
  name,
  role: 'primary',
  connections: { used: 7, most: 100 },
  transactions: { perSecond: 3, overMs: 1_000 },
  state: isWell ? 'running' : 'ended by SIGKILL',
  isWell,
  port: 40_245,
  pid: 7_271,
});
const statusOf = (changes: Partial<TierStatus> = {}): TierStatus => ({
  version: STATUS_VERSION,
  tier: 'blog',
  stage: 'dev',
  world: 'local',
  at: '2026-01-31T10:20:30.000Z',
  servers: [server('s0'), server('s1', false)],
  alarms: [{ name: 'posts/s1 down', says: 'posts/s1 ended by SIGKILL', runbook: 'failover', next: 'start it again' }],
  smoke: { at: '2026-01-31T10:20:00.000Z', counts: { passed: 9, failed: 0, skipped: 1 } },
  unknown: ['sessions does not run here: no valkey-server or redis-server of version 7.0 or later is on the PATH.'],
  ...changes,
});
const linesOf = (status: TierStatus, room = {}): readonly string[] =>
  renderStatus(status, plain, room).trimEnd().split('\n');

it('says whose state it is, of where and when, and shows everything where there is room', () => {
  expect(linesOf(statusOf())).toEqual([
    'blog/dev on this machine, 10:20:30 UTC',
    'STORE  SERVER  ROLE      PORT   PID  CONNECTIONS  TX/S  STATE',
    'posts  s0      primary  40245  7271        7/100   3.0  running',
    'posts  s1      primary  40245  7271        7/100   3.0  ended by SIGKILL',
    '✗ posts/s1 ended by SIGKILL',
    '  next: start it again',
    '  on AWS: npx polystore runbook failover',
    '? sessions does not run here: no valkey-server or redis-server of version 7.0 or later is on the PATH.',
    '✓ smoke 9 passed, 0 failed, 1 skipped 30 s ago',
  ]);
  expect(linesOf(statusOf({ world: 'aws' }))[0]).toBe('blog/dev on AWS, 10:20:30 UTC');
});

it('leaves out what matters least in a narrow terminal, names it, and wraps texts', () => {
  const lines = linesOf(statusOf(), { columns: 50 });
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(50);
  expect(lines).toEqual(
    expect.arrayContaining([
      'STORE  SERVER  ROLE     STATE',
      'no room for PORT, PID, CONNECTIONS, TX/S',
      '? sessions does not run here: no valkey-server or',
      '  redis-server of version 7.0 or later is on the',
    ]),
  );
  expect(linesOf(statusOf(), { columns: 66 })[1]).toBe('STORE  SERVER  ROLE      PORT  CONNECTIONS  TX/S  STATE');
});

it('keeps what is not well and what fires where there are more servers than lines', () => {
  const many = Array.from({ length: 300 }, (_, index) => server(`s${index}`, index !== 250));
  const lines = linesOf(statusOf({ servers: many }), { rows: 12 });
  expect(lines).toHaveLength(12);
  expect(lines.filter((line) => /^posts /.test(line)).map((line) => line.split(/ +/)[1])).toEqual([
    's0',
    's1',
    's2',
    's3',
    's250',
  ]);
  expect(lines).toEqual(expect.arrayContaining(['and 295 more', '✗ posts/s1 ended by SIGKILL']));
  expect(linesOf(statusOf({ servers: many }))).toHaveLength(307);
  const narrow = linesOf(statusOf({ servers: many }), { rows: 12, columns: 50 });
  expect(narrow).toHaveLength(12);
  expect(narrow.filter((line) => /^posts /.test(line))).toHaveLength(4);
  expect(narrow).toContain('? sessions does not run here: no valkey-server or');
});

it('says what to do in its own world: here first, on AWS by the runbook alone, and a runbook once', () => {
  const alarm = { name: 'main/r1 lag', says: 'main/r1 lags 9000 ms', runbook: 'replica-lag' };
  const nextOf = (alarms: TierStatus['alarms']): readonly string[] =>
    linesOf(statusOf({ alarms })).filter((line) => line.startsWith('  '));
  expect(nextOf([alarm])).toEqual(['  next: npx polystore runbook replica-lag']);
  expect(nextOf([{ ...alarm, next: 'npx polystore runbook replica-lag: its SQL works here too' }])).toEqual([
    '  next: npx polystore runbook replica-lag: its SQL works here too',
  ]);
  expect(nextOf([{ name: 'carts down', says: 'carts ended', next: 'start it again' }])).toEqual([
    '  next: start it again',
  ]);
});
