import { renderProofPage } from '../../lib/report';
import { renderDashboardPicture } from '../../lib/report/dashboard-picture';
import { dashboardBody, type ShownStore } from '../../lib/watch';
import { proofReport } from './proof-report';

const posts = (shards: number): ShownStore => ({
  name: 'posts',
  kind: 'shardedPostgres',
  shown: Array.from({ length: shards }, (_, index) => ({
    sort: 'server' as const,
    identifier: `blog-prod-posts-s${index}-a`,
    engine: 'aurora-postgres' as const,
    role: 'member' as const,
  })),
  states: ['posts-page', 'posts-ticket', ...Array.from({ length: shards }, (_, index) => `posts-s${index}-page`)],
});

const widgetsOf = (shards: number) =>
  dashboardBody({
    tier: 'blog',
    stage: '<prod>',
    region: 'eu-west-1',
    stores: [posts(shards)],
    operations: ['blog-prod-operations-page'],
    alarmArn: (name) => `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}`,
  }).widgets;

/** Every rectangle of a class: x, y, width, height. */
const boxes = (svg: string, className: string): readonly (readonly number[])[] =>
  [
    ...svg.matchAll(
      new RegExp(`<rect class="${className}" x="([\\d.]+)" y="([\\d.]+)" width="([\\d.]+)" height="([\\d.]+)"`, 'g'),
    ),
  ].map((match) => match.slice(1).map(Number));

test('shows every widget at its place, and what is in it', () => {
  const widgets = widgetsOf(3);
  const svg = renderDashboardPicture(widgets);
  expect(boxes(svg, 'metric')).toHaveLength(widgets.filter(({ type }) => type === 'metric').length);
  expect(svg).toContain('posts: CPU, %');
  expect(svg).toContain('>s2-a<');
  expect(svg).toContain('blog/&lt;prod&gt;');
});

test('keeps every mark of an alarm within its widget, however many there are', () => {
  for (const shards of [3, 40, 300]) {
    const svg = renderDashboardPicture(widgetsOf(shards));
    const frames = boxes(svg, 'alarm');
    const states = boxes(svg, 'state');
    expect(states.length).toBeGreaterThanOrEqual(Math.min(shards, 100));
    for (const [x = 0, y = 0, width = 0, height = 0] of states) {
      const holds = ([left = 0, top = 0, wide = 0, high = 0]: readonly number[]): boolean =>
        x >= left && y >= top && x + width <= left + wide && y + height <= top + high;
      expect(frames.some(holds)).toBe(true);
    }
  }
});

test('is on the page where there is a dashboard, and nowhere else', () => {
  const { synthesis } = proofReport;
  const dashboards = [{ name: 'blog-prod', widgets: widgetsOf(2) }];
  expect(renderProofPage(proofReport)).not.toContain('class="dashboard"');
  expect(renderProofPage({ ...proofReport, synthesis: { ...synthesis, dashboards } })).toContain('class="dashboard"');
});
