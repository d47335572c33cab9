import {
  DescribeCacheEngineVersionsCommand,
  DescribeReservedCacheNodesOfferingsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  DescribeOrderableDBInstanceOptionsCommand,
  RDSClient,
  type DescribeOrderableDBInstanceOptionsCommandInput,
} from '@aws-sdk/client-rds';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import {
  clusterMode,
  documentdb,
  dynamodb,
  neptune,
  parseTier,
  serverlessCache,
  valkey,
  type TierConfig,
} from '../../lib/definition';
import { diagnoseAws, type Diagnosis } from '../../lib/doctor';

const iam = mockClient(IAMClient);
const rds = mockClient(RDSClient);
const caches = mockClient(ElastiCacheClient);
const quotas = mockClient(ServiceQuotasClient);
const ssm = mockClient(SSMClient);

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const tierOf = (stores: TierConfig['stores']) =>
  parseTier({
    name: 'shop',
    stages: {
      prod: { profile: 'protected', env: { account: '111122223333', region: 'eu-west-1' }, zones: ZONES },
    },
    stores,
  });
const stores = {
  feeds: valkey({ class: 'r7g.large', version: '8.1', shape: clusterMode({ shards: 40, replicas: 1 }) }),
  sessions: valkey({ class: 'r7g.large', engine: 'redis', version: '7.1' }),
  pages: valkey({ shape: serverlessCache() }),
  carts: dynamodb({ partitionKey: { name: 'id', type: 'string' } }),
  profiles: documentdb({ class: 'r6g.large', version: '5.0' }),
  drafts: documentdb({ capacity: { minDcu: 1, maxDcu: 4 }, version: '5.0' }),
  archive: documentdb({ scaleOut: { shards: 2, vcpu: 2 } }),
  people: neptune({ class: 'r6g.large', version: '1.4.5.1' }),
};
const tier = tierOf(stores);

/** What each engine has, under its exact name and version. */
const OFFERS: Readonly<Record<string, string>> = { docdb: '5.0.0', neptune: '1.4.5.1' };

/** An account in which nothing is missing; a test then breaks one thing. */
beforeEach(() => {
  for (const client of [iam, rds, caches, quotas, ssm]) client.reset();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '28' } });
  iam.on(GetRoleCommand).resolves({});
  quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 2500 } });
  rds
    .on(DescribeOrderableDBInstanceOptionsCommand)
    .callsFake(({ Engine = '' }: DescribeOrderableDBInstanceOptionsCommandInput) => ({
      OrderableDBInstanceOptions: [
        { EngineVersion: OFFERS[Engine], AvailabilityZones: ZONES.map((Name) => ({ Name })) },
      ],
    }));
  caches.on(DescribeReservedCacheNodesOfferingsCommand).resolves({ ReservedCacheNodesOfferings: [{}] });
  caches
    .on(DescribeCacheEngineVersionsCommand, { Engine: 'valkey' })
    .resolves({ CacheEngineVersions: [{ EngineVersion: '7.2' }, { EngineVersion: '8.1' }] });
  caches
    .on(DescribeCacheEngineVersionsCommand, { Engine: 'redis' })
    .resolves({ CacheEngineVersions: [{ EngineVersion: '7.1.0' }] });
});

const verdictsOf = (diagnoses: readonly Diagnosis[]) => diagnoses.map(({ subject, verdict }) => [subject, verdict]);
const diagnosisOf = async (subject: string): Promise<Diagnosis | undefined> =>
  (await diagnoseAws(tier)).find((diagnosis) => diagnosis.subject === subject);

test('an account is asked for roles, classes, node types and versions of every kind, each once, in the region of the stage', async () => {
  expect(verdictsOf(await diagnoseAws(tier))).toEqual([
    ['bootstrap', 'good'],
    ['ElastiCache role', 'good'],
    ['RDS role', 'good'],
    ['account quotas', 'good'],
    ['docdb db.r6g.large', 'good'],
    ['docdb db.serverless', 'good'],
    ['neptune db.r6g.large', 'good'],
    ['cache.r7g.large', 'good'],
    ['valkey 8.1', 'good'],
    ['redis 7.1', 'good'],
  ]);
  for (const { thisValue } of caches.calls())
    await expect((thisValue as ElastiCacheClient).config.region()).resolves.toBe('eu-west-1');
});

test('a tier is not asked about services that it does not take', async () => {
  const diagnoses = await diagnoseAws(tierOf({ pages: stores.pages, carts: stores.carts }));
  expect(verdictsOf(diagnoses)).toEqual([
    ['bootstrap', 'good'],
    ['ElastiCache role', 'good'],
    ['account quotas', 'good'],
  ]);
  expect([rds.calls(), caches.calls()]).toEqual([[], []]);
});

test('a class that has another version only, or too few of the zones, would fail', async () => {
  const only = (EngineVersion: string, zones: readonly string[]) =>
    rds.on(DescribeOrderableDBInstanceOptionsCommand, { Engine: 'neptune' }).resolves({
      OrderableDBInstanceOptions: [{ EngineVersion, AvailabilityZones: zones.map((Name) => ({ Name })) }],
    });
  // 1.4.5.10 is not 1.4.5.1.
  only('1.4.5.10', ZONES);
  expect(await diagnosisOf('neptune db.r6g.large')).toMatchObject({
    verdict: 'bad',
    says: 'not offered for version 1.4.5.1 in this region',
  });
  only('1.4.5.1', ['eu-west-1a', 'eu-west-1z']);
  expect(await diagnosisOf('neptune db.r6g.large')).toMatchObject({
    verdict: 'bad',
    says: "offered for version 1.4.5.1 in eu-west-1a, eu-west-1z; of the stage's zones 1, needed 2",
  });
});

test('a node type that nobody sells a reservation of is a warning, a version that the region has not would fail', async () => {
  caches.on(DescribeReservedCacheNodesOfferingsCommand).resolves({ ReservedCacheNodesOfferings: [] });
  caches
    .on(DescribeCacheEngineVersionsCommand, { Engine: 'valkey' })
    .resolves({ CacheEngineVersions: [{ EngineVersion: '7.2' }] });
  expect(await diagnosisOf('cache.r7g.large')).toMatchObject({ verdict: 'warning' });
  expect(await diagnosisOf('valkey 8.1')).toMatchObject({
    verdict: 'bad',
    says: 'not offered in this region, which has 7.2',
  });
});

test('what may not be asked is unknown, with the right that it takes, and hides nothing else', async () => {
  const denied = Object.assign(new Error('no'), { name: 'AccessDenied' });
  caches.on(DescribeReservedCacheNodesOfferingsCommand).rejects(denied);
  expect(await diagnosisOf('cache.r7g.large')).toMatchObject({
    verdict: 'unknown',
    next: 'Asking takes the right to elasticache:DescribeReservedCacheNodesOfferings.',
  });
  expect(await diagnosisOf('valkey 8.1')).toMatchObject({ verdict: 'good' });
});

test('quotas of caches are compared with what the account has, one of a single cache among them', async () => {
  quotas.on(GetServiceQuotaCommand, { ServiceCode: 'elasticache', QuotaCode: 'L-AF354865' }).resolves({
    Quota: { Value: 79 },
  });
  expect(await diagnosisOf('account quotas')).toEqual({
    subject: 'account quotas',
    verdict: 'bad',
    says: "80 nodes of one cache are needed, the account's quota is 79 a cache",
    next: 'aws service-quotas request-service-quota-increase --service-code elasticache --quota-code L-AF354865 --desired-value 80',
  });
});

test('a role of ElastiCache that is not there is a warning', async () => {
  iam
    .on(GetRoleCommand, { RoleName: 'AWSServiceRoleForElastiCache' })
    .rejects(Object.assign(new Error('none'), { name: 'NoSuchEntityException' }));
  expect(await diagnosisOf('ElastiCache role')).toMatchObject({
    verdict: 'warning',
    next: 'aws iam create-service-linked-role --aws-service-name elasticache.amazonaws.com',
  });
  expect(await diagnosisOf('RDS role')).toMatchObject({ verdict: 'good' });
});
