import { renderProofPage } from '../../lib/report';
import { proofReport as report } from './proof-report';

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

  it('says what a change would lose, though every promise holds', () => {
    const counts = { passed: 3, failed: 0, skipped: 0 };
    const lossy = renderProofPage({ ...report, counts, losses: ['prod: main <b> would be replaced: DBName a → b'] });
    expect(lossy).toContain('<header class="bad">');
    expect(lossy).toContain('1 loss by what has changed');
    expect(lossy).toContain('<li>prod: main &lt;b&gt; would be replaced: DBName a → b</li>');
    expect(renderProofPage({ ...report, counts, losses: [] })).not.toContain('would be lost');
  });

  it('draws services, stores and servers, and marks the one that is down', () => {
    expect(page).toMatch(
      /<svg[\s\S]*users[\s\S]*reports[\s\S]*primary[\s\S]*class="server down"[\s\S]*r1[\s\S]*3 ms[\s\S]*<\/svg>/,
    );
    expect(page).toContain('class="line read"');
    expect(page).toContain('class="line write"');
    expect(page).not.toContain('does not run here');
    const absent = renderProofPage({ ...report, stores: { ...report.stores, sessions: { kind: 'valkey' } } });
    expect(absent.match(/class="store absent"/g)).toHaveLength(1);
    expect(absent).toContain('valkey · does not run here');
  });

  it('needs nothing beside it and runs nothing: no script, no request, and text stays text', () => {
    expect(page).not.toMatch(/<script|src=|href=|url\(|@import/i);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});
