import instagram from '../../examples/instagram.config';
import social from '../../examples/social.config';
import { LIMITS, METRICS } from '../../lib/catalog';
import { parseTier, type TierDefinition } from '../../lib/definition';
import { KINDS } from '../../lib/definition/stores/kinds';
import { shownTier } from '../../lib/inventory';
import { alarmsOf, COLUMNS, dashboardBody, type LineOptions, type MetricLine, type Widget } from '../../lib/watch';
import { blogTier, shardNames } from '../support/blog-tier';
import { clusterTier } from '../support/cluster-tier';
import { estateTier } from '../support/estate-tier';
import { tableTier } from '../support/table-tier';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

const shown = (tier: TierDefinition) =>
  shownTier(tier, (store, of) => `${store}-${of}`, {
    region: 'eu-west-1',
    alarmArn: (name) => `arn:alarm:${name}`,
  });
const widgetsOf = (tier: TierDefinition): readonly Widget[] => dashboardBody(shown(tier)).widgets;

const large = blogTier('prod', { shards: shardNames(300) });
const scaling = parseTier({
  name: 'scaling',
  stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
  stores: {
    profiles: { kind: 'documentdb', capacity: { minDcu: 1, maxDcu: 16 } },
    friends: { kind: 'neptune', capacity: { minNcu: 1, maxNcu: 16 } },
  },
});
const tiers: Readonly<Record<string, TierDefinition>> = {
  small: blogTier('prod'),
  large,
  huge: blogTier('prod', { shards: shardNames(600) }),
  imported: estateTier(),
  social: parseTier(social, { stage: 'live' }),
  instagram: parseTier(instagram, { stage: 'live' }),
  clusters: clusterTier('prod'),
  tables: tableTier('prod'),
  scaling,
};

const optionsOf = (line: MetricLine): LineOptions => (line.at(-1) as LineOptions | undefined) ?? {};
const isSeen = (line: MetricLine): boolean => optionsOf(line).visible !== false;

/** Metrics that CloudWatch fetches for a line: those that a search names, or one; of shards that only AWS knows by name as many as there may be. */
function fetched(line: MetricLine): number {
  const { expression } = optionsOf(line);
  if (expression === undefined) return 1;
  return [...expression.matchAll(/SEARCH\('\{([^}]*)\}[^']*'/g)].reduce(
    (sum, [search, schema = '']) =>
      sum + (schema.includes('ShardId') ? 32 : Math.max(1, (search.match(/ OR /g) ?? []).length + 1)),
    0,
  );
}

describe.each(Object.keys(tiers))('of tier %s', (name) => {
  const widgets = widgetsOf(tiers[name] as TierDefinition);
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

  test('it holds no more than a dashboard may, what searches find among it, and few enough lines to read', () => {
    const sum = (of: readonly MetricLine[]) => of.reduce((all, line) => all + fetched(line), 0);
    expect(widgets.length).toBeLessThanOrEqual(LIMITS.dashboardWidgets.value);
    for (const { properties } of widgets) {
      expect(sum(properties.metrics ?? [])).toBeLessThanOrEqual(LIMITS.dashboardMetricsPerWidget.value);
      expect((properties.metrics ?? []).filter(isSeen).length).toBeLessThanOrEqual(16);
      expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(100);
    }
    expect(sum(lines)).toBeLessThanOrEqual(LIMITS.dashboardMetrics.value);
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
      expect([metric, schema, known(namespace ?? '', metric ?? '', names)]).toEqual([metric, schema, true]);
    }
  });

  test('ids of a widget’s lines are different, and expressions name no others', () => {
    for (const { properties } of widgets) {
      const ids = (properties.metrics ?? []).flatMap((line) => optionsOf(line).id ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (const line of properties.metrics ?? []) {
        const named = (optionsOf(line).expression ?? '').replaceAll(/SEARCH\('[^']*', '[^']*', \d+\)/g, '');
        for (const [id] of named.matchAll(/\b[a-z]\w*\b/g)) expect(ids).toContain(id);
      }
    }
  });

  test('every store has a row of five columns', () => {
    for (const store of Object.values((tiers[name] as TierDefinition).stores)) {
      const titleOf = ({ properties: { title, markdown = '' } }: Widget) => title ?? /\*\*(.*)\*\*/.exec(markdown)?.[1];
      const state = widgets.find((widget) => titleOf(widget) === store.name);
      const row = widgets.filter(({ y }) => y === state?.y);
      expect(row.map((widget) => titleOf(widget)?.replace('memory', 'storage'))).toEqual([
        store.name,
        'load',
        'lag',
        'errors',
        'storage full in, days',
      ]);
      expect(row.map(({ x }) => x)).toEqual([0, 8, 12, 16, 20]);
    }
  });
});

test('there is a tier of every kind above, and every alarm’s metric of a thing that fails by itself is drawn', () => {
  const all = Object.values(tiers);
  const kinds = new Set(all.flatMap(({ stores }) => Object.values(stores).map(({ kind }) => kind)));
  expect([...kinds].toSorted()).toEqual(Object.keys(KINDS).toSorted());
  for (const tier of [tiers['social'], tiers['instagram'], tiers['clusters'], tiers['tables']] as TierDefinition[]) {
    for (const { name, shown: things } of shown(tier).stores) {
      const graphs = widgetsOf(tier).filter(({ properties }) => properties.title?.startsWith(`${name}: `));
      expect([name, graphs.length]).toEqual([name, expect.any(Number)]);
      expect(graphs.length).toBeGreaterThan(2);
      // Whom somebody is woken for is seen.
      const drawn = JSON.stringify(graphs);
      for (const one of things.flatMap((each) => alarmsOf(each))) {
        if (one.row.severity !== 'page' || 'expression' in one.reads) continue;
        expect([one.name, new RegExp(`"${one.reads.metric}\\\\?"`).test(drawn)]).toEqual([one.name, true]);
      }
    }
  }
});

/** What is seen of one column of a store, by its labels. */
function figuresOf(tier: string, store: string, column: string): readonly (string | undefined)[] {
  const widgets = widgetsOf(tiers[tier] as TierDefinition);
  const y = widgets.find(
    ({ properties: { title, markdown } }) => title === store || markdown?.startsWith(`**${store}**`),
  )?.y;
  const tile = widgets.find(
    ({ y: at, properties: { title, markdown } }) => at === y && (title ?? markdown)?.includes(column),
  );
  return tile?.properties.markdown !== undefined
    ? [tile.properties.markdown.split('\n\n')[1]]
    : (tile?.properties.metrics ?? []).filter(isSeen).map((line) => optionsOf(line).label);
}

test.each([
  ['small', 'main', ['busiest, % CPU'], ['furthest, s'], ['broken promises'], ['at the present rate']],
  ['large', 'posts', ['busiest, % CPU'], ['furthest, ms'], ['broken promises'], ['at the present rate']],
  [
    'huge',
    'posts',
    ['of more than a widget takes: see the states'],
    ['of more than a widget takes: see the states'],
    ['broken promises'],
    ['of more than a widget takes: see the states'],
  ],
  ['instagram', 'feeds', ['busiest engine, %'], ['furthest, s'], ['broken promises'], ['drops keys instead']],
  ['instagram', 'sessions', ['busiest engine, %'], ['furthest, s'], ['broken promises'], ['at the present rate']],
  [
    'instagram',
    'pages',
    ['ECPU in 5 min'],
    ['nothing follows it'],
    ['broken promises', 'refused commands'],
    ['at the present rate'],
  ],
  [
    'tables',
    'sessions',
    ['read units', 'write units'],
    ['furthest copy, ms'],
    ['broken promises', 'refused reads', 'refused writes'],
    ['grows by itself'],
  ],
  [
    'clusters',
    'profiles',
    ['busiest, % CPU'],
    ['furthest, ms'],
    ['broken promises', 'held back'],
    ['at the present rate'],
  ],
  ['clusters', 'visits', ['busiest shard, %'], ['nothing follows it'], ['broken promises'], ['at the present rate']],
  ['clusters', 'friends', ['busiest, % CPU'], ['furthest, ms'], ['broken promises'], ['at the present rate']],
] as const)('in tier %s the row of %s says load, lag, errors and days', (tier, store, load, lag, errors, days) => {
  const columns = ['load', 'lag', 'errors', 'full in, days'].map((column) => figuresOf(tier, store, column));
  expect(columns).toEqual([load, lag, errors, days]);
});

test('days are told by the last days, whatever the dashboard shows', () => {
  const [tile] = widgetsOf(clusterTier('prod')).filter(
    ({ properties }) => properties.title === 'storage full in, days',
  );
  expect(tile?.properties).toMatchObject({ period: 86_400, start: '-P3D' });
  expect(tile?.properties.metrics?.at(-1)).toEqual([
    expect.objectContaining({ expression: `IF(DIFF(all) > 0, (${128 * 2 ** 40} - all) / DIFF(all), 3650)` }),
  ]);
  expect(dashboardBody(shown(clusterTier('prod'))).periodOverride).toBe('inherit');
});

test('a large store is drawn by its shards, hides no small one, and says what had no room', () => {
  const widgets = widgetsOf(large);
  const titles = widgets.map(({ properties }) => properties.title ?? '');
  const text = JSON.stringify(widgets);
  for (const shard of shardNames(300)) expect(text).toContain(`\\"blog-prod-posts-${shard}\\"`);
  const small = widgetsOf(blogTier('prod')).map(({ properties }) => properties.title ?? '');
  const ofMain = (of: readonly string[]) => of.filter((title) => title.startsWith('main: '));
  expect(ofMain(titles)).toEqual(ofMain(small));
  const absent = small.filter((title) => title.startsWith('posts: ') && !titles.includes(title));
  expect(absent.length).toBeGreaterThan(0);
  const said = widgets.find(({ properties }) => properties.markdown?.startsWith('not shown'))?.properties.markdown;
  for (const title of absent) expect(said).toContain(title.replace('posts: ', ''));
});

describe('in a template', () => {
  /** The body as CloudFormation writes it, with words for what only a deployment knows. */
  function bodyOf(templates: Record<string, TemplateJson>): {
    readonly periodOverride: string;
    readonly widgets: readonly Widget[];
  } {
    const [dashboard, ...others] = resourcesOf(templates, 'AWS::CloudWatch::Dashboard');
    expect(others).toEqual([]);
    const written = dashboard?.Properties['DashboardBody'] as { 'Fn::Join': [string, unknown[]] };
    const text = written['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'deployed')).join('');
    return JSON.parse(text) as ReturnType<typeof bodyOf>;
  }

  test('it is the same, with the tier’s own alarms', () => {
    const templates = templatesOf(blogTier('prod'));
    const { periodOverride, widgets } = bodyOf(templates);
    const titles = (of: readonly Widget[]) => of.map(({ properties }) => properties.title ?? properties.markdown);
    expect(periodOverride).toBe('inherit');
    expect(titles(widgets)).toEqual(titles(widgetsOf(blogTier('prod'))));
    const there = resourcesOf(templates, 'AWS::CloudWatch::CompositeAlarm').map(
      ({ Properties }) => Properties['AlarmName'],
    );
    const named = widgets
      .flatMap(({ properties }) => properties.alarms ?? [])
      .map((arn) => arn.replace(/^.*:alarm:/, ''));
    expect(named.filter((name) => /^blog-prod-posts-s\d+-page$/.test(name))).toHaveLength(4);
    expect(new Set(named)).toEqual(new Set([...named, 'blog-prod-main-page', 'blog-prod-posts-page']));
    expect(named.filter((name) => !there.includes(name) && !/-s\d+-/.test(name))).toEqual([]);
  });
});

test('states of hundreds of shards are gathered', () => {
  const states = widgetsOf(large)
    .flatMap(({ properties }) => properties.alarms ?? [])
    .map((arn) => arn.replace(/^.*:alarm:blog-prod-/, ''));
  expect(states.filter((name) => /^posts-.*page/.test(name))).toEqual([
    'posts-page',
    ...Array.from({ length: 30 }, (_, stack) => `posts-alarms-s${stack}-page`),
  ]);
});
