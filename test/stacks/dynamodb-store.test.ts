import { Match } from 'aws-cdk-lib/assertions';
import { KEY_ELSEWHERE, tableTier } from '../support/table-tier';
import { asTemplate, templatesOf, type TemplateJson } from '../support/synthesized-tier';

const TABLE = 'AWS::DynamoDB::GlobalTable';
const templates = { dev: templatesOf(tableTier('dev')), prod: templatesOf(tableTier('prod')) };
const templateOf = (stage: 'dev' | 'prod', stack: string) => asTemplate(templates[stage][stack] as TemplateJson);

test('a protected table is kept, protected, recoverable and copied, with a key in each region', () => {
  templateOf('prod', 'sessions').hasResource(TABLE, {
    Properties: {
      TableName: 'game-prod-sessions',
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: Match.arrayWith([
        Match.objectLike({ Region: 'eu-central-1', SSESpecification: { KMSMasterKeyId: KEY_ELSEWHERE } }),
        Match.objectLike({
          Region: 'eu-west-1',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        }),
      ]),
    },
    DeletionPolicy: 'RetainExceptOnCreate',
  });
});

test('a protected table is watched with each global index and each copy; a local index shares what its table has', () => {
  const dimensionsOf = (store: string): string[] => [
    ...new Set(
      Object.values(templates.prod[`${store}-alarms`]?.Resources ?? {})
        .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
        .map(({ Properties }) =>
          (Properties['Dimensions'] as readonly { readonly Name: string; readonly Value: string }[])
            .map(({ Value }) => Value)
            .sort()
            .join(' '),
        ),
    ),
  ];
  expect(dimensionsOf('sessions').sort()).toEqual([
    'GetItem game-prod-sessions',
    'byUser game-prod-sessions',
    'eu-central-1 game-prod-sessions',
    'game-prod-sessions',
  ]);
  expect(dimensionsOf('scores').sort()).toEqual([
    'GetItem game-prod-scores',
    'byLevel game-prod-scores',
    'game-prod-scores',
  ]);
  expect(Object.keys(templates.dev).filter((stack) => stack.endsWith('alarms'))).toEqual([]);
});

test('a disposable table goes with its stack, and can still be put back to the day before', () => {
  templateOf('dev', 'sessions').hasResource(TABLE, {
    Properties: {
      TableName: 'game-dev-sessions',
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: false,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 1 },
        }),
      ],
    },
    DeletionPolicy: 'Delete',
  });
});

test('keys, indexes, stream and units are those of the definition', () => {
  const scaled = (min: number, max: number) =>
    Match.objectLike({ MinCapacity: min, MaxCapacity: max, SeedCapacity: min });
  templateOf('dev', 'scores').hasResourceProperties(TABLE, {
    KeySchema: [
      { AttributeName: 'player', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: Match.arrayWith([{ AttributeName: 'level', AttributeType: 'N' }]),
    LocalSecondaryIndexes: [Match.objectLike({ IndexName: 'byScore', Projection: { ProjectionType: 'KEYS_ONLY' } })],
    GlobalSecondaryIndexes: [
      Match.objectLike({
        IndexName: 'byLevel',
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['score'] },
        WriteProvisionedThroughputSettings: { WriteCapacityAutoScalingSettings: scaled(2, 20) },
      }),
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    BillingMode: 'PROVISIONED',
    WriteProvisionedThroughputSettings: { WriteCapacityAutoScalingSettings: scaled(2, 20) },
  });
});

describe('access', () => {
  const statements = (role: RegExp, sid: string): readonly object[] =>
    Object.values(templates.prod['access']?.Resources ?? {})
      .concat(Object.values(templates.prod['operations']?.Resources ?? {}))
      .filter(({ Type, Properties }) => Type === 'AWS::IAM::Policy' && role.test(JSON.stringify(Properties['Roles'])))
      .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: { Sid?: string }[] }).Statement)
      .filter(({ Sid }) => Sid === sid);

  test('lets a service change what it writes and read what it reads, each table by itself', () => {
    const [change] = statements(/Web|web/, 'ChangeTables');
    const [read] = statements(/Web|web/, 'ReadTables');
    expect(change).toMatchObject({ Action: expect.arrayContaining(['dynamodb:PutItem', 'dynamodb:GetItem']) });
    expect(JSON.stringify(change)).toContain('sessions');
    expect(JSON.stringify(change)).not.toContain('scores');
    expect(JSON.stringify(read)).toContain('scores');
    expect(JSON.stringify(read)).not.toMatch(/PutItem|DeleteItem|sessions/);
    expect(statements(/Web|web/, 'KeysOfReadTables')).toEqual([expect.objectContaining({ Action: 'kms:Decrypt' })]);
  });

  test('gives the smoke test its own items where keys are text, and no scan', () => {
    const [own] = statements(/Smoke/, 'OwnItems');
    expect(own).toMatchObject({
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['polystore_smoke:*'] } },
    });
    const all = JSON.stringify([own, ...statements(/Smoke/, 'Items')]);
    expect(all).not.toContain('dynamodb:Scan');
  });

  test('has nobody log in, and no server to reach', () => {
    const access = templateOf('prod', 'access');
    access.resourceCountIs('AWS::SecretsManager::Secret', 0);
    access.resourceCountIs('AWS::EC2::SecurityGroupIngress', 3);
    access.resourcePropertiesCountIs('AWS::EC2::SecurityGroupEgress', { Description: 'to DynamoDB' }, 3);
  });
});

test('nobody but the account may use the key of a table, which exports no logs', () => {
  const [key] = Object.values(templateOf('prod', 'sessions').findResources('AWS::KMS::Key'));
  const { Statement } = (key as { Properties: { KeyPolicy: { Statement: object[] } } }).Properties.KeyPolicy;
  expect(Statement).toEqual([
    expect.objectContaining({ Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*' }),
  ]);
});

test('tables are the same as before', () => {
  expect(templateOf('prod', 'sessions').findResources(TABLE)).toMatchSnapshot();
  expect(templateOf('dev', 'scores').findResources(TABLE)).toMatchSnapshot();
});
