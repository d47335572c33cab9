import {
  decodeSmokeReport,
  renderExceptions,
  renderReport,
  smokeMetrics,
  type Outcome,
  type SmokeReport,
} from '../../lib/smoke';

const plain = { dim: (text: string) => text, green: (text: string) => text, red: (text: string) => text };

const common = { promise: 'It holds.', durationMs: 2_000 };
const outcomes: readonly Outcome[] = [
  { ...common, status: 'passed', store: 'main', subject: 'main/primary', check: 'takes-writes', evidence: {} },
  {
    ...common,
    status: 'failed',
    store: 'main',
    subject: 'main/r2',
    check: 'serves-reads',
    reason: 'ECONNREFUSED',
    evidence: { answeredBy: '127.0.0.1:5432', landedOn: { r1: 3, r2: 4 }, strangers: ['a', 'b'] },
    unaffected: 'reads served by r1',
    next: 'npx polystore status',
    notes: ['process 8123 ended by SIGKILL'],
  },
  { ...common, status: 'skipped', store: 'main', subject: 'main', check: 'multi-az', reason: 'needs AWS' },
  { ...common, status: 'passed', store: 'posts', subject: 'posts', check: 'shard-map', evidence: { version: 1 } },
  { ...common, status: 'skipped', store: 'posts', subject: 'posts', check: 'multi-az', reason: 'needs AWS' },
  { ...common, status: 'skipped', store: 'cold', subject: 'cold', check: 'multi-az', reason: 'interrupted' },
];

const report: SmokeReport = {
  version: 1,
  tier: 'blog',
  stage: 'dev',
  world: 'local',
  run: 'r',
  startedAt: '2030-01-02T03:04:05.000Z',
  durationMs: 2_345,
  counts: { passed: 2, failed: 1, skipped: 3 },
  outcomes,
};

describe('renderReport', () => {
  it('shows each store, each failure with what to do, what was skipped, and the counts last', () => {
    expect(renderReport(report, plain)).toBe(
      [
        '✗ main   1/2',
        '✓ posts  1/1',
        '- cold   0/0',
        '✗ main/r2 serves-reads: ECONNREFUSED, 2.0 s',
        '  answeredBy 127.0.0.1:5432; landedOn r1 3, r2 4; strangers a, b',
        '  process 8123 ended by SIGKILL',
        '  unaffected: reads served by r1',
        '  next: npx polystore status',
        '- skipped multi-az of main, posts: needs AWS',
        '- skipped multi-az of cold: interrupted',
        '2 passed, 1 failed, 3 skipped',
        '',
      ].join('\n'),
    );
  });

  it('shortens what was skipped on many shards, each check and reason once; JSON keeps all', () => {
    const skippedOn = (shard: number, check: string, reason = 'no answer'): Outcome => {
      return { ...common, status: 'skipped', store: 'posts', subject: `posts/s${shard}`, check, reason };
    };
    const shards = Array.from({ length: 12 }, (_, index) => index);
    const many: SmokeReport = {
      ...report,
      outcomes: [
        ...shards.flatMap((shard) => [skippedOn(shard, 'identity'), skippedOn(shard, 'bucket-twin')]),
        skippedOn(3, 'owned-buckets'),
        ...shards.map((shard) => skippedOn(2 * shard, 'rows-on-owner', 'locked')),
      ],
    };
    expect(renderReport(many, plain).split('\n').slice(1, 3)).toEqual([
      '- skipped identity, bucket-twin of posts/s0–s11; owned-buckets of posts/s3: no answer',
      '- skipped rows-on-owner of posts/s0, posts/s2, posts/s4, posts/s6, posts/s8, posts/s10, posts/s12, posts/s14, and 4 more: locked',
    ]);
    expect(decodeSmokeReport(JSON.parse(JSON.stringify(many)), 'the test').outcomes).toHaveLength(37);
  });

  it('colours by the painter', () => {
    const loud = { ...plain, red: (text: string) => `<r>${text}</r>`, green: (text: string) => `<g>${text}</g>` };
    const text = renderReport(report, loud);
    expect(text).toContain('<r>✗</r> main   1/2');
    expect(text).toContain('<g>✓</g> posts  1/1');
  });
});

describe('renderExceptions', () => {
  it('shows only what did not pass', () => {
    const text = renderExceptions(outcomes, plain);
    expect(text.split('\n')[0]).toBe('✗ main/r2 serves-reads: ECONNREFUSED, 2.0 s');
    expect(text).not.toContain('passed');
  });

  it('is empty where all passed', () => {
    expect(renderExceptions(outcomes.slice(0, 1), plain)).toBe('');
  });
});

describe('smokeMetrics', () => {
  it('counts each store in the embedded metric format', () => {
    const metrics = smokeMetrics(report);
    expect(
      metrics.map(({ Store, SmokePassed, SmokeFailed, SmokeSkipped }) => [
        Store,
        SmokePassed,
        SmokeFailed,
        SmokeSkipped,
      ]),
    ).toEqual([
      ['main', 1, 1, 1],
      ['posts', 1, 0, 1],
      ['cold', 0, 0, 1],
    ]);
    expect(metrics[0]).toMatchObject({ Tier: 'blog', Stage: 'dev', SmokeDuration: 2_000 });
  });

  it('defines every metric and dimension that it names, and no other', () => {
    for (const document of smokeMetrics(report)) {
      const { Timestamp, CloudWatchMetrics } = document['_aws'] as {
        Timestamp: number;
        CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
      };
      expect(Timestamp).toBe(Date.parse(report.startedAt));
      const [directive] = CloudWatchMetrics;
      for (const name of [...(directive?.Dimensions[0] ?? [])]) expect(typeof document[name]).toBe('string');
      for (const { Name } of directive?.Metrics ?? []) expect(typeof document[Name]).toBe('number');
    }
  });
});

describe('decodeSmokeReport', () => {
  it('reads what was written', () => {
    expect(decodeSmokeReport(JSON.parse(JSON.stringify(report)), 'test')).toEqual(report);
  });

  it.each([
    ['of another version', { ...report, version: 2 }, /version/],
    ['without outcomes', { ...report, outcomes: undefined }, /outcomes/],
    ['with an unknown status', { ...report, outcomes: [{ ...outcomes[0], status: 'maybe' }] }, /outcomes\.0/],
    ['that is none', null, /can't be read/],
  ])('refuses a report %s', (_what, value, message) => {
    expect(() => decodeSmokeReport(value, 'test')).toThrow(message);
  });
});
