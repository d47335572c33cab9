import { renderProofPage, type ProofReport } from '../../lib/report';

const report: ProofReport = {
  version: 1,
  kit: '0.1.0',
  tier: 'blog',
  stage: 'dev',
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 6200,
  counts: { passed: 1, failed: 1, skipped: 1 },
  stores: { main: { kind: 'postgres' } },
  services: { users: { uses: { main: 'write' } }, reports: { uses: { main: 'read' } } },
  servers: [
    { store: 'main', name: 'primary', role: 'primary', isUp: true },
    { store: 'main', name: 'r1', role: 'replica', isUp: false },
    { store: 'main', name: 'r2', role: 'replica', isUp: true, lagMs: 3 },
  ],
  synthesis: {
    directory: 'cdk.out',
    stacks: [{ name: 'blog-dev-main', resources: 23 }],
    acknowledged: [{ rule: 'AwsSolutions-RDS3', reason: 'one zone is enough here', paths: ['a', 'b'] }],
  },
  smoke: {
    version: 1,
    tier: 'blog',
    stage: 'dev',
    world: 'local',
    run: 'run-1',
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 1000,
    counts: { passed: 1, failed: 1, skipped: 1 },
    outcomes: [
      {
        status: 'passed',
        store: 'main',
        subject: 'main',
        check: 'primary-writes',
        promise: 'The primary takes a write.',
        durationMs: 12,
        evidence: { server: '<script>alert(1)</script>', counts: { rows: 3 } },
      },
      {
        status: 'failed',
        store: 'main',
        subject: 'main/r1',
        check: 'serves-reads',
        promise: 'The replica serves reads.',
        durationMs: 2000,
        evidence: {},
        reason: 'ECONNREFUSED',
        unaffected: 'reads served by r2',
        next: 'npx polystore status',
        notes: ['process 8123 ended by SIGKILL'],
      },
      {
        status: 'skipped',
        store: 'main',
        subject: 'main',
        check: 'kms-encryption',
        promise: 'Storage is encrypted.',
        durationMs: 0,
        reason: 'needs AWS',
      },
    ],
  },
};

describe('renderProofPage', () => {
  const page = renderProofPage(report);

  it('shows every check with its evidence, what failed with what to do next', () => {
    for (const text of ['primary-writes', 'rows 3', 'ECONNREFUSED', 'process 8123 ended by SIGKILL', 'needs AWS']) {
      expect(page).toContain(text);
    }
    expect(page).toContain('unaffected: reads served by r2');
    expect(page).toContain('next: npx polystore status');
  });

  it('says at the top whether promises are broken', () => {
    expect(page).toContain('<header class="bad">');
    expect(page).toContain('1 passed, 1 failed, 1 skipped');
    const good = renderProofPage({ ...report, counts: { passed: 3, failed: 0, skipped: 0 } });
    expect(good).toContain('<header class="good">');
  });

  it('draws services, stores and servers, and marks the one that is down', () => {
    expect(page).toMatch(
      /<svg[\s\S]*users[\s\S]*reports[\s\S]*primary[\s\S]*class="server down"[\s\S]*r1[\s\S]*3 ms[\s\S]*<\/svg>/,
    );
    expect(page).toContain('class="line read"');
    expect(page).toContain('class="line write"');
  });

  it('needs nothing beside it and runs nothing: no script, no request, and text stays text', () => {
    expect(page).not.toMatch(/<script|src=|href=|url\(|@import/i);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});
