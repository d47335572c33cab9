import fc from 'fast-check';
import { LIMITS, QUOTAS } from '../../lib/catalog';
import { parseTier, rdsProxy, shardedPostgres } from '../../lib/definition';
import { countResources, inventoryOf, watchPlans } from '../../lib/inventory';
import { neededQuotas } from '../../lib/quota';
import { anyOf, stateAlarms } from '../../lib/watch';
import { blogTier, shardNames } from '../support/blog-tier';

test('ten shards of the most servers that AWS allows, with proxies, fit into templates, and rules into CloudWatch', () => {
  const tier = parseTier({
    name: 'a-name-of-20-letters',
    stages: {
      live: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        namePrefix: 'another-of-20-letter',
      },
    },
    stores: { posts: shardedPostgres({ shardKey: 'id', shards: 10, readers: 15, pooling: rdsProxy() }) },
    services: { web: { uses: { posts: 'write' } } },
  });
  const { groups } = inventoryOf(tier);
  for (const stack of new Set(groups.map((group) => group.stack))) {
    const counts = Object.values(countResources(groups, (group) => group.stack === stack));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(QUOTAS.resources.default);
  }
  const states = watchPlans(tier, () => 'table').flatMap((plan) => plan.states);
  expect(states.length).toBeGreaterThan(20);
  for (const { of } of states) {
    expect(of.length).toBeLessThanOrEqual(LIMITS.compositeChildren.value);
    expect(anyOf(of).length).toBeLessThanOrEqual(LIMITS.compositeRuleLength.value);
  }
});

test('the alarms of three hundred shards are what an account has by default, in stacks that a template takes', () => {
  const tier = blogTier('prod', { shards: shardNames(300) });
  const alarms = neededQuotas(tier).find(({ quota }) => quota === 'alarms');
  expect(alarms?.needed).toBeLessThanOrEqual(QUOTAS.alarms.default);
  const plans = watchPlans(tier, () => 'table');
  const made = plans.flatMap(({ watched }) => watched.flatMap((each) => each.alarms));
  expect(alarms?.needed).toBe(made.length);
  // Fourteen a shard of two servers, and what is not of shards.
  expect(made.filter(({ name }) => /^blog-prod-posts-s\d+-/.test(name))).toHaveLength(300 * 14);
  for (const { watched, states } of plans) {
    const count = watched.reduce((sum, each) => sum + each.alarms.length, states.length);
    expect(count).toBeLessThanOrEqual(QUOTAS.resources.default);
  }
});

test('however many alarms there are, each is gathered once, below one that stands for all', () => {
  const severities = fc.constantFrom('page', 'ticket', 'quiet');
  fc.assert(
    fc.property(fc.array(severities, { maxLength: 400 }), fc.integer({ min: 1, max: 200 }), (all, length) => {
      const alarms = all.map((severity, index) => ({ name: `${index}-${'x'.repeat(length)}`, severity }) as const);
      const states = stateAlarms('whole', alarms, 'tells');
      for (const urgency of ['page', 'ticket'] as const) {
        const names = alarms.filter(({ severity }) => severity === urgency).map(({ name }) => name);
        const own = states.filter((state) => state.urgency === urgency);
        const told = own.filter(({ does }) => does === 'tells');
        expect(told.map(({ name }) => name)).toEqual(names.length === 0 ? [] : [`whole-${urgency}`]);
        const groups = new Set(own.map(({ name }) => name));
        expect(own.flatMap(({ of }) => of).filter((name) => !groups.has(name))).toEqual(names);
        // What is gathered stands before what gathers it.
        own.forEach(({ of }, index) => {
          for (const name of of.filter((each) => groups.has(each)))
            expect(own.findIndex((state) => state.name === name)).toBeLessThan(index);
        });
      }
    }),
    { numRuns: 50 },
  );
});
