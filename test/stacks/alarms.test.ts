import { INSTANCE_CLASSES, isInstanceClass } from '../../lib/catalog';
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

test('every server has the alarms that it should have, and no alarm watches a server that is not there', () => {
  const expected = servers.flatMap(({ identifier, isAurora }) =>
    [
      ...['CPUUtilization', 'DBLoad', 'FreeableMemory', 'DatabaseConnections'],
      ...(isAurora ? ['AuroraReplicaLag'] : ['FreeStorageSpace']),
      ...(/-r\d$/.test(identifier) ? ['ReplicaLag'] : []),
    ].map((metric) => `${identifier}-${metric}`),
  );
  const ofServers = alarms
    .filter((alarm) => 'Namespace' in alarm && alarm.Namespace === 'AWS/RDS')
    .map(({ name }) => name);
  expect(ofServers.sort()).toEqual(expected.sort());
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
    expect(alarmOf(identifier, 'FreeableMemory')).toMatchObject({
      Threshold: memoryGiB * GIB * (isAurora ? 0.05 : 0.25),
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(alarmOf(identifier, 'DatabaseConnections')).toMatchObject({
      Threshold: Math.floor((store?.maxConnections ?? 0) * 0.9),
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
  expect(alarmOf('blog-prod-smoke-test', 'failed')).toMatchObject({
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: 'blog-prod-smoke-test' }],
    Threshold: 1,
    TreatMissingData: 'notBreaching',
  });
  expect(alarmOf('blog-prod-smoke-test', 'not-run')).toMatchObject({
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
  expect(Properties?.['FunctionName']).toBe('blog-prod-smoke-test');
});

test('all of them tell one topic, on a key of its own that lets CloudWatch publish', () => {
  for (const alarm of alarms) {
    const { AlarmActions, OKActions } = alarm as unknown as { AlarmActions: unknown[]; OKActions: unknown[] };
    const topic = alarm.stack === 'alarms' ? /AlarmsTopic/ : /:sns:eu-west-1:111122223333:blog-prod-alarms/;
    expect(AlarmActions).toHaveLength(1);
    expect(JSON.stringify(AlarmActions)).toMatch(topic);
    expect(OKActions).toEqual(AlarmActions);
  }
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

test('stacks of alarms refer to no other, and grow with the shards by tens', () => {
  const many = templatesOf(blogTier('prod', { shards: shardNames(12) }));
  const stacks = Object.keys(many).filter((name) => name.includes('alarms'));
  expect(stacks.sort()).toEqual(['alarms', 'main-alarms', 'posts-alarms-s0', 'posts-alarms-s1']);
  for (const name of stacks) expect(JSON.stringify(many[name])).not.toMatch(/Fn::(GetStackOutput|ImportValue)/);
});

test('a disposable stage wakes nobody', () => {
  const dev = templatesOf(blogTier('dev'));
  for (const type of ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::Scheduler::Schedule']) {
    expect(resourcesOf(dev, type)).toEqual([]);
  }
});
