import { INSTANCE_CLASSES, isInstanceClass, postgresHour, PRICES, type Price } from '../../lib/catalog';
import { BILLING } from '../../lib/cost/billing';
import { estimateTier, renderCost, renderCostLine, type CostEstimate, type CostLine } from '../../lib/cost';
import { parseTier, postgres, type TierDefinition } from '../../lib/definition';
import { blogTier } from '../support/blog-tier';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

/** What a month of the example's disposable stage may cost before anybody uses it: a change that raises it must say so here. */
const DISPOSABLE_CAP_USD = 110;

const partOf = (estimate: CostEstimate, name: string) => {
  const part = estimate.parts.find(({ part }) => part === name);
  if (part === undefined) throw new Error(`no part ${name}`);
  return part;
};
const lineOf = (estimate: CostEstimate, part: string, item: string): CostLine => {
  const line = partOf(estimate, part).lines.find((line) => line.item === item);
  if (line === undefined) throw new Error(`no line ${item}`);
  return line;
};

describe.each(['dev', 'prod'] as const)('the estimate of the example, stage %s', (stage) => {
  const tier = blogTier(stage);
  const estimate = estimateTier(tier);
  const templates = templatesOf(tier);
  const lines = estimate.parts.flatMap((part) => part.lines);

  it('has lines for every type of resource that AWS bills, and each for as many as the templates have', () => {
    for (const type of new Set(
      Object.values(templates).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
    )) {
      const billing = Object.entries(BILLING).find(([name]) => name === type)?.[1];
      if (billing === undefined) throw new Error(`${type} is in a template, and nobody said what it costs`);
      const billed = lines.filter(({ resource }) => resource === type);
      expect({ type, isBilled: billed.length > 0 }).toEqual({ type, isBilled: 'lines' in billing });
      // Servers differ in price: they are counted by class below.
      if (type === 'AWS::RDS::DBInstance') continue;
      for (const item of new Set(billed.map((line) => line.item))) {
        const alike = billed.filter((line) => line.item === item);
        const count = alike.reduce((sum, { resources }) => sum + resources, 0);
        expect({ item, count }).toEqual({ item, count: resourcesOf(templates, type).length });
      }
    }
  });

  it('counts as many servers of each class as the templates have, all hours of the month', () => {
    const synthesized: Record<string, number> = {};
    for (const { Properties } of resourcesOf(templates, 'AWS::RDS::DBInstance')) {
      // Billed by what they have of ACU, not by their class.
      if (Properties['DBInstanceClass'] === 'db.serverless') continue;
      const kind =
        Properties['DBClusterIdentifier'] !== undefined
          ? 'Aurora'
          : Properties['MultiAZ'] === true
            ? 'Multi-AZ'
            : 'Single-AZ';
      const item = `${String(Properties['DBInstanceClass'])}, ${kind}`;
      synthesized[item] = (synthesized[item] ?? 0) + 730;
    }
    const counted: Record<string, number> = {};
    for (const { item, quantity, unit } of lines) {
      if (unit === 'instance-hour') counted[item] = (counted[item] ?? 0) + quantity;
    }
    expect(counted).toEqual(synthesized);
  });

  it('adds up: lines to parts, parts to the stage, whatever is unknown left out and listed', () => {
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    for (const part of estimate.parts) {
      const known = part.lines.flatMap(({ monthlyUsd }) => (monthlyUsd === 'unknown' ? [] : monthlyUsd));
      expect(part.monthlyUsd).toBeCloseTo(sum(known), 6);
      expect(part.atLeast).toBe(known.length < part.lines.length);
    }
    expect(estimate.monthlyUsd).toBeCloseTo(sum(estimate.parts.map(({ monthlyUsd }) => monthlyUsd)), 6);
    expect(estimate.atLeast).toBe(estimate.parts.some(({ atLeast }) => atLeast));
    expect(estimate.unknown).toHaveLength(lines.filter(({ usdPerUnit }) => usdPerUnit === 'unknown').length);
  });

  it('has a source and a date for every known price, and none for an unknown one', () => {
    for (const { usdPerUnit, source, date } of lines) {
      expect({ source: source !== undefined, date: date !== undefined }).toEqual(
        usdPerUnit === 'unknown' ? { source: false, date: false } : { source: true, date: true },
      );
    }
  });
});

test('the disposable stage of the example stays under its cap, and every price of it is known', () => {
  const estimate = estimateTier(blogTier('dev'));
  expect(estimate.atLeast).toBe(false);
  expect(estimate.monthlyUsd).toBeLessThanOrEqual(DISPOSABLE_CAP_USD);
});

test('figures that were computed by hand', () => {
  const estimate = estimateTier(blogTier('dev'));
  expect(lineOf(estimate, 'main', 'db.t4g.micro, Single-AZ')).toEqual({
    item: 'db.t4g.micro, Single-AZ',
    resource: 'AWS::RDS::DBInstance',
    resources: 3,
    billedBy: 'time',
    quantity: 2190,
    unit: 'instance-hour',
    usdPerUnit: 0.016,
    monthlyUsd: 35.04,
    source: 'AWS price feed of RDS for PostgreSQL (kept by yeo/ec2.shop)',
    date: '2025-04-04',
  });
  expect(lineOf(estimate, 'posts', 'db.serverless while awake, Aurora')).toMatchObject({
    resources: 4,
    quantity: 320,
    unit: 'ACU-hour',
    monthlyUsd: 38.4,
  });
  expect(estimate.assumptions.filter((line) => line.includes('is awake for 80 hours of a month'))).toHaveLength(1);
  expect(estimateTier(blogTier('prod')).assumptions.join('\n')).not.toContain('awake');
  expect(lineOf(estimate, 'main', 'gp3 storage, Single-AZ')).toMatchObject({ quantity: 60, monthlyUsd: 6.9 });
  // One owner, one smoke role, one of each of the two services that use the store.
  expect(lineOf(estimate, 'main', 'secret')).toMatchObject({ resources: 4, monthlyUsd: 1.6 });
});

describe('a price that nobody knows', () => {
  const tier = (instanceClass: string): TierDefinition =>
    parseTier({
      name: 'shop',
      stages: {
        live: {
          profile: 'protected',
          zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
          env: { account: '111122223333', region: 'us-east-1' },
        },
      },
      stores: { main: { ...postgres(), class: instanceClass } },
    });

  it('is never counted as zero: the total says that it is a lower bound, and what is missing is listed', () => {
    const estimate = estimateTier(tier('r8g.large'));
    expect(estimate.atLeast).toBe(true);
    expect(lineOf(estimate, 'main', 'db.r8g.large, Multi-AZ')).toMatchObject({
      usdPerUnit: 'unknown',
      monthlyUsd: 'unknown',
    });
    expect(estimate.unknown).toContainEqual({ part: 'main', item: 'db.r8g.large, Multi-AZ', billedBy: 'time' });
    expect(renderCostLine(estimate)).toBe('live ≥ $84/month (1 price unknown)');
    expect(renderCost(estimate)).toMatch(
      /main +db\.r8g\.large, Multi-AZ +1 × 730 h +unknown\/instance-hour +unknown\n/,
    );
    expect(renderCost(estimate)).toContain('no price known:\n  db.r8g.large, Multi-AZ (main)\n');
  });

  it('makes no lower bound of an estimate whose prices by time are all known', () => {
    const estimate = estimateTier(tier('r7g.large'));
    expect(estimate.atLeast).toBe(false);
    expect(estimate.unknown.every(({ billedBy }) => billedBy === 'use')).toBe(true);
    expect(renderCostLine(estimate)).toMatch(/^live ≈ \$\d+\/month$/);
  });
});

test('prices of another region are labelled as what they are', () => {
  const elsewhere = estimateTier(blogTier('prod'));
  expect(renderCostLine(elsewhere)).toMatch(/ at prices of us-east-1/);
  expect(elsewhere.assumptions.join('\n')).toContain('The stage is in eu-west-1, whose prices are others.');
  expect(estimateTier(blogTier('dev')).assumptions.join('\n')).toContain('The stage names no region');
});

test('the text shows every line that is billed by time, the dearest first, and every assumption', () => {
  const estimate = estimateTier(blogTier('dev'));
  const text = renderCost(estimate);
  expect(text).toMatch(/^PART +ITEM +QUANTITY +USD EACH +USD A MONTH\nmain +db\.t4g\.micro, Single-AZ +3 × 730 h /);
  expect(text).toContain(`\nblog/${renderCostLine(estimate)}\n`);
  for (const assumption of estimate.assumptions) expect(text).toContain(assumption);
  expect(text.endsWith('\n')).toBe(true);
});

test('a JSON reader gets what a program gets', () => {
  const estimate = estimateTier(blogTier('prod'));
  expect(JSON.parse(JSON.stringify(estimate))).toEqual(estimate);
  expect(estimate.version).toBe(1);
});

describe('the prices', () => {
  it('are positive, with a source, or unknown without one', () => {
    const hours = Object.keys(INSTANCE_CLASSES)
      .filter(isInstanceClass)
      .flatMap((name) => [postgresHour(name, 'single-az'), postgresHour(name, 'multi-az')]);
    const all: readonly Price[] = [...hours, ...Object.values(PRICES)];
    for (const { usd, from } of all) {
      if (usd === 'unknown') expect(from).toBeUndefined();
      else {
        expect(usd).toBeGreaterThan(0);
        expect(from?.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      }
    }
  });

  it('of a server with a standby are twice those of one without, but for rounding', () => {
    for (const name of Object.keys(INSTANCE_CLASSES).filter(isInstanceClass)) {
      const single = postgresHour(name, 'single-az').usd;
      const multi = postgresHour(name, 'multi-az').usd;
      if (single === 'unknown' || multi === 'unknown') expect(single).toBe(multi);
      else expect(Math.abs(multi - 2 * single)).toBeLessThan(0.0015);
    }
  });
});
