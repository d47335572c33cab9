import { LIMITS, METRICS } from '../../lib/catalog';
import { COLUMNS, type LineOptions, type MetricLine, type Widget } from '../../lib/watch';
import { blogTier, shardNames } from '../support/blog-tier';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

/** The body as CloudFormation writes it, with words for what only a deployment knows. */
function bodyOf(templates: Record<string, TemplateJson>): readonly Widget[] {
  const [dashboard, ...others] = resourcesOf(templates, 'AWS::CloudWatch::Dashboard');
  expect(others).toEqual([]);
  const written = dashboard?.Properties['DashboardBody'];
  const text =
    typeof written === 'string'
      ? written
      : ((written as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1] ?? [])
          .map((part) => (typeof part === 'string' ? part : 'deployed'))
          .join('');
  return (JSON.parse(text) as { readonly widgets: readonly Widget[] }).widgets;
}

const optionsOf = (line: MetricLine): LineOptions => (line.at(-1) as LineOptions | undefined) ?? {};
const small = templatesOf(blogTier('prod'));
const large = templatesOf(blogTier('prod', { shards: shardNames(300) }));
const dashboards = { small: bodyOf(small), large: bodyOf(large) };

describe.each(['small', 'large'] as const)('of a %s tier', (size) => {
  const widgets = dashboards[size];
  const lines = widgets.flatMap(({ properties }) => properties.metrics ?? []);

  test('widgets lie on the grid and on no other', () => {
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(COLUMNS);
    for (const [index, one] of widgets.entries()) {
      for (const other of widgets.slice(index + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart).toBe(true);
      }
    }
  });

  test('it holds no more than a dashboard may, and few enough lines to read', () => {
    expect(widgets.length).toBeLessThanOrEqual(LIMITS.dashboardWidgets.value);
    for (const { properties } of widgets) {
      expect(properties.metrics?.length ?? 0).toBeLessThanOrEqual(LIMITS.dashboardMetricsPerWidget.value);
      expect((properties.metrics ?? []).filter((line) => optionsOf(line).visible !== false).length).toBeLessThanOrEqual(
        35,
      );
      expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(100);
    }
    expect(lines.length).toBeLessThanOrEqual(LIMITS.dashboardMetrics.value);
    for (const line of lines) {
      for (const [search] of (optionsOf(line).expression ?? '').matchAll(/SEARCH\('[^']*'/g))
        expect(search.length).toBeLessThanOrEqual(1024 + "SEARCH(''".length);
    }
  });

  test('every metric is one that AWS has, under dimensions that it is kept under', () => {
    const known = (namespace: string, metric: string, names: readonly string[]): boolean =>
      METRICS.get(`${namespace}/${metric}`)?.dimensions.some((set) => set.join() === [...names].sort().join()) ?? false;
    for (const line of lines) {
      const { expression } = optionsOf(line);
      if (expression === undefined) {
        const [namespace, metric, ...rest] = line as readonly string[];
        const names = rest.slice(0, -1).filter((_, index) => index % 2 === 0);
        expect([line, known(namespace ?? '', metric ?? '', names)]).toEqual([line, true]);
      }
      const [, schema, metric] = /SEARCH\('\{([^}]*)\} MetricName="([^"]*)"/.exec(expression ?? '') ?? [];
      if (schema === undefined) continue;
      const [namespace, ...names] = schema.split(',');
      expect([metric, known(namespace ?? '', metric ?? '', names)]).toEqual([metric, true]);
    }
  });

  test('a row a store says its state, load, lag, errors and the days until storage is full', () => {
    for (const store of ['main', 'posts']) {
      const state = widgets.find(({ type, properties }) => type === 'alarm' && properties.title === store);
      expect(state?.properties.alarms?.map((arn) => arn.replace(/^.*:alarm:/, ''))).toEqual([
        `blog-prod-${store}-page`,
        `blog-prod-${store}-ticket`,
      ]);
      const row = widgets.filter(({ y, properties }) => y === state?.y && properties.title !== store);
      expect(row.map(({ properties }) => properties.title?.split(':')[0])).toEqual([
        'load',
        'lag',
        'errors',
        'days until storage is full',
      ]);
      for (const { properties } of row) {
        const seen = (properties.metrics ?? []).filter((line) => optionsOf(line).visible !== false);
        expect(seen).toHaveLength(1);
      }
    }
  });
});

test('every server of a large tier is on it; every shard’s state of a small one, and those of hundreds together', () => {
  const text = JSON.stringify(dashboards.large);
  const servers = resourcesOf(large, 'AWS::RDS::DBInstance').map(
    ({ Properties }) => Properties['DBInstanceIdentifier'],
  );
  expect(servers).toHaveLength(603);
  for (const server of servers) expect(text).toContain(`"${String(server)}`);
  const states = (widgets: readonly Widget[]) =>
    widgets.flatMap(({ properties }) => properties.alarms ?? []).map((arn) => arn.replace(/^.*:alarm:blog-prod-/, ''));
  expect(states(dashboards.small).filter((name) => /^posts-s\d+-page$/.test(name))).toHaveLength(4);
  expect(states(dashboards.large).filter((name) => /^posts-.*page/.test(name))).toEqual([
    'posts-page',
    ...['posts-page-1', 'posts-page-2', 'posts-page-3', 'posts-page-4'],
  ]);
});
