import { INSTANCE_CLASSES, isInstanceClass } from '../../lib/catalog';
import { parseTier, type RelationalDefinition, type TierDefinition } from '../../lib/definition';
import { watchPlans } from '../../lib/inventory';
import config from '../../tier.config';
import { alarmRule } from '../support/alarm-rule';
import { blogTier, shardNames } from '../support/blog-tier';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

const tier = blogTier('prod');
const templates = templatesOf(tier);
const alarms = resourcesOf(templates, 'AWS::CloudWatch::Alarm').map(({ stack, Properties }) => ({
  stack,
  name: String(Properties['AlarmName']),
  ...Properties,
}));
const servers = resourcesOf(templates, 'AWS::RDS::DBInstance').map(({ Properties }) => ({
  identifier: String(Properties['DBInstanceIdentifier']),
  class: String(Properties['DBInstanceClass']).replace(/^db\./, ''),
  storageGiB: Properties['AllocatedStorage'] === undefined ? undefined : Number(Properties['AllocatedStorage']),
  isAurora: Properties['DBClusterIdentifier'] !== undefined,
}));
const alarmOf = (identifier: string, metric: string) => alarms.find(({ name }) => name === `${identifier}-${metric}`);
const GIB = 2 ** 30;
const watchedNames = (of: TierDefinition): readonly string[] =>
  watchPlans(of, () => 'table').flatMap((plan) => [
    ...plan.watched.flatMap((watched) => watched.alarms.map(({ name }) => name)),
    ...plan.states.map(({ name }) => name),
  ]);

test('every server and cluster has the alarms that it should have, and no alarm watches what is not there', () => {
  const everywhere = ['CPUUtilization', 'DBLoad', 'ReadLatency'];
  const common = ['DatabaseConnections', 'FreeableMemory', 'WriteLatency'];
  const expected = servers.flatMap(({ identifier, isAurora }) => {
    const isReplica = /-r\d$/.test(identifier);
    const alone = ['FreeStorageSpace', 'EBSByteBalance', 'EBSIOBalance'];
    return [
      ...everywhere,
      ...(isAurora ? [] : [...common, ...alone, isReplica ? 'ReplicaLag' : 'MaximumUsedTransactionIDs']),
      ...(isReplica || isAurora ? [] : ['OldestReplicationSlotLag']),
    ].map((metric) => `${identifier}-${metric}`);
  });
  const ofCluster = [
    ...common,
    ...['AuroraReplicaLag', 'BufferCacheHitRatio', 'FreeLocalStorage', 'MaximumUsedTransactionIDs', 'VolumeBytesUsed'],
  ];
  const clusters = ['s0', 's1', 's2', 's3'].flatMap((shard) =>
    ofCluster.map((metric) => `blog-prod-posts-${shard}-${metric}`),
  );
  const ofServers = alarms
    .filter((alarm) => 'Namespace' in alarm && alarm.Namespace === 'AWS/RDS')
    .map(({ name }) => name);
  expect(ofServers.sort()).toEqual([...expected, ...clusters].sort());
  expect(servers).toHaveLength(3 + 8);
});

test('thresholds follow from class, storage and max_connections', () => {
  for (const { identifier, class: name, storageGiB, isAurora } of servers) {
    if (!isInstanceClass(name)) throw new Error(`unknown class ${name}`);
    const { vcpu, memoryGiB } = INSTANCE_CLASSES[name];
    const store = tier.stores[isAurora ? 'posts' : 'main'];
    expect(alarmOf(identifier, 'DBLoad')).toMatchObject({
      Threshold: vcpu,
      EvaluationPeriods: 15,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    // What a shard's servers have in common is watched of their cluster.
    const whole = isAurora ? identifier.replace(/-[a-z]$/, '') : identifier;
    expect(alarmOf(whole, 'FreeableMemory')).toMatchObject({
      Threshold: memoryGiB * GIB * (isAurora ? 0.05 : 0.25),
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarmOf(whole, 'DatabaseConnections')).toMatchObject({
      Threshold: Math.floor(((store as RelationalDefinition | undefined)?.maxConnections ?? 0) * 0.9),
    });
    if (storageGiB !== undefined) {
      expect(alarmOf(identifier, 'FreeStorageSpace')).toMatchObject({
        Threshold: storageGiB * GIB * 0.1,
        Statistic: 'Minimum',
      });
    }
  }
});

test('a replica that falls a minute behind is told, and a server that says nothing too', () => {
  expect(alarmOf('blog-prod-main-r1', 'ReplicaLag')).toMatchObject({
    Threshold: 60,
    Statistic: 'Maximum',
    EvaluationPeriods: 10,
    DatapointsToAlarm: 10,
    TreatMissingData: 'breaching',
  });
  expect(alarmOf('blog-prod-main-primary', 'ReplicaLag')).toBeUndefined();
});

test('a failed smoke test is told, and one that nobody runs', () => {
  expect(alarmOf('blog-prod-smoke-relational', 'failed')).toMatchObject({
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: 'blog-prod-smoke-relational' }],
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  });
  expect(alarmOf('blog-prod-smoke-relational', 'not-run')).toMatchObject({
    MetricName: 'Invocations',
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 3,
    TreatMissingData: 'breaching',
  });
  const [schedule, ...others] = resourcesOf(templates, 'AWS::Scheduler::Schedule');
  expect(others).toEqual([]);
  expect(schedule?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)' });
  const target = schedule?.Properties['Target'] as { Arn: { 'Fn::GetAtt': [string] } };
  const { Properties } = templates['operations']?.Resources[target.Arn['Fn::GetAtt'][0]] ?? {};
  expect(Properties?.['FunctionName']).toBe('blog-prod-smoke-relational');
  // Schedules of other accounts can't borrow its role.
  const roles = resourcesOf(templates, 'AWS::IAM::Role').map((role) => JSON.stringify(role.Properties));
  const trust = roles.filter((role) => role.includes('scheduler.amazonaws.com'));
  expect(trust).toEqual([expect.stringContaining('"StringEquals":{"aws:SourceAccount":"111122223333"}')]);
});

interface State {
  readonly stack: string;
  readonly name: string;
  readonly of: readonly string[];
  readonly actions: readonly unknown[];
  readonly okActions: readonly unknown[];
  readonly silencedBy: string;
}

const states = resourcesOf(templates, 'AWS::CloudWatch::CompositeAlarm').map((resource): State => {
  const { stack, Properties } = resource;
  const { text } = alarmRule(resource, templates[stack]?.Resources ?? {});
  return {
    stack,
    name: String(Properties['AlarmName']),
    of: [...text.matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name]) => name as string),
    actions: (Properties['AlarmActions'] ?? []) as unknown[],
    okActions: (Properties['OKActions'] ?? []) as unknown[],
    silencedBy: JSON.stringify(Properties['ActionsSuppressor'] ?? ''),
  };
});
const telling = states.filter(({ actions }) => actions.length > 0);

test('each alarm is told once, by its store, shard or tables, as urgent as it is', () => {
  const told = telling.flatMap(({ name, of }) => of.map((alarm) => ({ alarm, by: name })));
  for (const { name } of alarms.filter((alarm) => !alarm.name.endsWith('-maintenance'))) {
    expect({ name, by: told.filter(({ alarm }) => alarm === name).map(({ by }) => by) }).toEqual({
      name,
      by: [expect.stringMatching(/^blog-prod-(main|operations|posts-(s\d|tables))-(page|ticket)$/)],
    });
  }
  const by = (alarm: string) => told.find((each) => each.alarm === alarm)?.by;
  expect(by('blog-prod-main-r1-CPUUtilization')).toBe('blog-prod-main-page');
  expect(by('blog-prod-main-r1-ReplicaLag')).toBe('blog-prod-main-ticket');
  expect(by('blog-prod-posts-s2-DatabaseConnections')).toBe('blog-prod-posts-s2-page');
  expect(by('blog-prod-posts-placement-ReadThrottleEvents')).toBe('blog-prod-posts-tables-page');
  expect(by('blog-prod-smoke-relational-not-run')).toBe('blog-prod-operations-page');
});

test('a rule names only alarms that are there before it, and the store shows what its shards tell', () => {
  const order = ['alarms', 'main-alarms', 'posts-alarms-s0', 'posts-alarms'];
  const standing = new Map([...alarms, ...states].map(({ name, stack }) => [name, stack]));
  for (const { stack, of } of states) {
    for (const name of of) {
      expect(order.indexOf(standing.get(name) ?? 'nowhere')).toBeGreaterThanOrEqual(0);
      expect(order.indexOf(standing.get(name) ?? '')).toBeLessThanOrEqual(order.indexOf(stack));
    }
  }
  const whole = states.find(({ name }) => name === 'blog-prod-posts-page');
  expect(whole).toMatchObject({
    actions: [],
    of: ['alarms-s0', 'tables'].map((unit) => `blog-prod-posts-${unit}-page`),
  });
  expect(states.find(({ name }) => name === 'blog-prod-posts-alarms-s0-page')).toMatchObject({
    stack: 'posts-alarms-s0',
    actions: [],
    of: ['s0', 's1', 's2', 's3'].map((shard) => `blog-prod-posts-${shard}-page`),
  });
});

test('no stack gathers an alarm that leaves with a shard of another stack, which CloudWatch would not delete then', () => {
  const without = new Set(watchedNames(blogTier('prod', { shards: ['s0', 's1', 's2'] })));
  const leaving = [...alarms, ...states].filter(({ name }) => !without.has(name));
  expect(leaving.length).toBeGreaterThan(10);
  expect(leaving.map(({ name }) => name)).toContain('blog-prod-posts-s3-page');
  for (const { name, stack } of leaving)
    expect(states.filter((state) => state.of.includes(name) && state.stack !== stack)).toEqual([]);
});

test('what gathers the alarms of shards waits for those that loops make', () => {
  const resources = templates['posts-alarms-s0']?.Resources ?? {};
  const gathering = Object.values(resources).filter(({ Properties }) =>
    String(Properties['AlarmName']).startsWith('blog-prod-posts-alarms-s0-'),
  );
  expect(gathering.map(({ Properties }) => Properties['AlarmName'])).toEqual([
    'blog-prod-posts-alarms-s0-page',
    'blog-prod-posts-alarms-s0-ticket',
  ]);
  for (const alarm of gathering) {
    const { text, refers } = alarmRule(alarm, resources);
    expect(refers).toHaveLength(4);
    const names = refers.map((id) => String(resources[id]?.Properties['AlarmName']));
    expect(text).toBe(names.map((name) => `ALARM("${name}")`).join(' OR '));
  }
});

test('announced work on a store keeps its alarms silent for an hour, and no other’s', () => {
  for (const { name, silencedBy } of telling) {
    const [, store] = /^blog-prod-(main|posts)-/.exec(name) ?? [];
    if (store === undefined) expect(silencedBy).toBe('""');
    else expect(silencedBy).toBe(`"blog-prod-${store}-maintenance"`);
  }
  expect(alarmOf('blog-prod-posts', 'maintenance')).toMatchObject({
    Namespace: 'Polystore',
    MetricName: 'Maintenance',
    Dimensions: [
      { Name: 'Tier', Value: 'blog' },
      { Name: 'Stage', Value: 'prod' },
      { Name: 'Store', Value: 'posts' },
    ],
    DatapointsToAlarm: 1,
    EvaluationPeriods: 60,
    TreatMissingData: 'notBreaching',
  });
});

test('RDS tells what happens to servers, and to none of somebody else', () => {
  const subscriptions = resourcesOf(templates, 'AWS::RDS::EventSubscription').map(({ Properties }) => Properties);
  expect(subscriptions).toEqual([
    expect.objectContaining({
      SourceType: 'db-instance',
      SourceIds: ['blog-prod-main-primary', 'blog-prod-main-r1', 'blog-prod-main-r2'],
      EventCategories: ['deletion', 'failover', 'failure', 'low storage', 'read replica'],
    }),
    expect.objectContaining({
      SourceType: 'db-cluster',
      SourceIds: ['s0', 's1', 's2', 's3'].map((shard) => `blog-prod-posts-${shard}`),
      EventCategories: ['deletion', 'failover', 'failure'],
    }),
  ]);
  for (const { SnsTopicArn: topic } of subscriptions) expect(JSON.stringify(topic)).toContain(':blog-prod-alarms');
});

test('whoever tells, tells one topic, on a key of its own that lets CloudWatch and RDS publish', () => {
  for (const { actions, okActions } of telling) {
    expect(actions).toHaveLength(1);
    expect(JSON.stringify(actions)).toMatch(/:sns:eu-west-1:111122223333:blog-prod-alarms/);
    expect(okActions).toEqual(actions);
  }
  for (const alarm of alarms) expect(alarm).not.toHaveProperty('AlarmActions');
  const [topic] = resourcesOf(templates, 'AWS::SNS::Topic');
  expect(topic?.Properties).toMatchObject({ TopicName: 'blog-prod-alarms' });
  const key = resourcesOf({ alarms: templates['alarms'] ?? { Resources: {} } }, 'AWS::KMS::Key')[0];
  expect(JSON.stringify(topic?.Properties['KmsMasterKeyId'])).toContain(String(key?.id));
  const statementsFor = (policy: unknown): unknown[] =>
    (policy as { Statement: { Principal: object }[] }).Statement.filter(({ Principal }) =>
      JSON.stringify(Principal).includes('cloudwatch.amazonaws.com'),
    );
  const fromThisAccount = { StringEquals: { 'aws:SourceAccount': '111122223333' } };
  expect(statementsFor(key?.Properties['KeyPolicy'])).toEqual([
    expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Condition: fromThisAccount }),
  ]);
  const [policy] = resourcesOf(templates, 'AWS::SNS::TopicPolicy');
  expect(statementsFor(policy?.Properties['PolicyDocument'])).toEqual([
    expect.objectContaining({ Action: 'sns:Publish', Condition: fromThisAccount }),
  ]);
});

test('stacks of alarms refer to no other but for the names of tables, and grow with the shards by tens', () => {
  const many = templatesOf(blogTier('prod', { shards: shardNames(12) }));
  const stacks = Object.keys(many).filter((name) => name.includes('alarms'));
  expect(stacks.sort()).toEqual(['alarms', 'main-alarms', 'posts-alarms', 'posts-alarms-s0', 'posts-alarms-s1']);
  for (const name of stacks) {
    const references = name === 'posts-alarms' ? /Fn::ImportValue/ : /Fn::(GetStackOutput|ImportValue)/;
    expect(JSON.stringify(many[name])).not.toMatch(references);
  }
});

test('a disposable stage wakes nobody', () => {
  const dev = templatesOf(blogTier('dev'));
  const silent = ['Alarm', 'CompositeAlarm', 'Dashboard'].map((type) => `AWS::CloudWatch::${type}`);
  for (const type of [...silent, 'AWS::SNS::Topic', 'AWS::Scheduler::Schedule', 'AWS::RDS::EventSubscription']) {
    expect(resourcesOf(dev, type)).toEqual([]);
  }
});

test('what a stage wants otherwise: its own thresholds, and its own topics beside the kit’s', () => {
  const { prod } = config.stages;
  const [page, ticket] = ['on-call', 'desk'].map((name) => `arn:aws:sns:eu-west-1:111122223333:${name}`);
  const alarmsOfStage = { topics: { page, ticket }, thresholds: { main: { ReplicaLag: 120 } } };
  const changed = templatesOf(
    parseTier({ ...config, stages: { prod: { ...prod, alarms: alarmsOfStage } } }, { stage: 'prod' }),
  );
  const thresholds = (of: typeof changed) =>
    new Map(resourcesOf(of, 'AWS::CloudWatch::Alarm').map(({ Properties: p }) => [p['AlarmName'], p['Threshold']]));
  const [now, before] = [thresholds(changed), thresholds(templates)];
  expect([...now].filter(([name, threshold]) => before.get(name) !== threshold)).toEqual([
    ['blog-prod-main-r1-ReplicaLag', 120],
    ['blog-prod-main-r2-ReplicaLag', 120],
  ]);
  for (const { Properties } of resourcesOf(changed, 'AWS::CloudWatch::CompositeAlarm')) {
    const actions = (Properties['AlarmActions'] ?? []) as readonly unknown[];
    if (actions.length > 0) expect(actions[1]).toBe(String(Properties['AlarmName']).endsWith('-page') ? page : ticket);
  }
});
