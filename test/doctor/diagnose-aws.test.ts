import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeOrderableDBInstanceOptionsCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import type { TierDefinition } from '../../lib/definition';
import { diagnoseAws, isHealthy, type Diagnosis } from '../../lib/doctor';
import { blogTier, shardNames } from '../support/blog-tier';

const iam = mockClient(IAMClient);
const rds = mockClient(RDSClient);
const quotas = mockClient(ServiceQuotasClient);
const ssm = mockClient(SSMClient);

const tier = blogTier('prod');
const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

/** An error as the SDK throws it. */
const awsError = (name: string): Error => Object.assign(new Error(`${name} of the test`), { name });
const offer = (version: string, zones: readonly string[]) => ({
  EngineVersion: version,
  AvailabilityZones: zones.map((Name) => ({ Name })),
});

/** An account in which nothing is missing; a test then breaks one thing. */
beforeEach(() => {
  for (const client of [iam, rds, quotas, ssm]) client.reset();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '28' } });
  iam.on(GetRoleCommand).resolves({});
  quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 2500 } });
  rds.on(DescribeOrderableDBInstanceOptionsCommand).resolves({ OrderableDBInstanceOptions: [offer('17.4', ZONES)] });
});

async function diagnosesOf(subject: string, definition: TierDefinition = tier): Promise<readonly Diagnosis[]> {
  return (await diagnoseAws(definition)).filter((diagnosis) => diagnosis.subject === subject);
}

test('an account that lacks nothing is well, and is asked in the region of the stage', async () => {
  const diagnoses = await diagnoseAws(tier);
  expect(diagnoses.map(({ subject, verdict }) => [subject, verdict])).toEqual([
    ['bootstrap', 'good'],
    ['RDS role', 'good'],
    ['account quotas', 'good'],
    ['postgres db.r8g.xlarge', 'good'],
    ['aurora-postgresql db.r8g.large', 'good'],
  ]);
  for (const client of [iam, rds, quotas, ssm]) {
    expect(client.calls().length).toBeGreaterThan(0);
    for (const { thisValue } of client.calls()) {
      await expect((thisValue as RDSClient).config.region()).resolves.toBe('eu-west-1');
    }
  }
});

test('an account that was not bootstrapped gets the command', async () => {
  ssm.on(GetParameterCommand).rejects(awsError('ParameterNotFound'));
  expect(await diagnosesOf('bootstrap')).toEqual([
    {
      subject: 'bootstrap',
      verdict: 'bad',
      says: 'the account and region are not bootstrapped for the CDK',
      next: 'npx cdk bootstrap aws://111122223333/eu-west-1',
    },
  ]);
});

test.each([
  ['5', 'bad'],
  ['6', 'good'],
  ['not a number', 'bad'],
])('bootstrap version %s is %s', async (Value, verdict) => {
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value } });
  expect(await diagnosesOf('bootstrap')).toMatchObject([{ verdict }]);
});

test('a role of RDS that is not there is a warning: RDS makes it where it may', async () => {
  iam.on(GetRoleCommand).rejects(awsError('NoSuchEntityException'));
  expect(await diagnosesOf('RDS role')).toMatchObject([
    { verdict: 'warning', next: 'aws iam create-service-linked-role --aws-service-name rds.amazonaws.com' },
  ]);
});

describe('quotas', () => {
  const many = blogTier('prod', { shards: shardNames(60) });

  it("that are the account's own count, whatever the defaults are", async () => {
    expect(await diagnosesOf('account quotas', many)).toMatchObject([{ verdict: 'good' }]);
  });

  it('that are too low are named, with the command that asks for more', async () => {
    quotas.on(GetServiceQuotaCommand, { QuotaCode: 'L-952B80B8' }).resolves({ Quota: { Value: 45 } });
    expect(await diagnosesOf('account quotas', many)).toEqual([
      {
        subject: 'account quotas',
        verdict: 'bad',
        says: "60 DB clusters are needed, the account's quota is 45 a region",
        next: 'aws service-quotas request-service-quota-increase --service-code rds --quota-code L-952B80B8 --desired-value 60',
      },
    ]);
  });

  it('that nobody ever changed are the defaults', async () => {
    quotas.on(GetServiceQuotaCommand).rejects(awsError('NoSuchResourceException'));
    expect(await diagnosesOf('account quotas')).toMatchObject([{ verdict: 'good' }]);
    expect((await diagnosesOf('account quotas', many)).map(({ says }) => says)).toEqual([
      "123 DB instances are needed, the account's quota is 40 a region",
      "60 DB clusters are needed, the account's quota is 40 a region",
    ]);
  });
});

describe('instance classes', () => {
  const aurora = { Engine: 'aurora-postgresql', DBInstanceClass: 'db.r8g.large' };

  it('are asked for once each, by engine', async () => {
    await diagnoseAws(tier);
    expect(rds.calls().map(({ args: [{ input }] }) => input)).toMatchObject([
      { Engine: 'postgres', DBInstanceClass: 'db.r8g.xlarge', Vpc: true },
      { ...aurora, Vpc: true },
    ]);
  });

  it('that the engine version is not offered with are bad', async () => {
    rds
      .on(DescribeOrderableDBInstanceOptionsCommand, aurora)
      .resolves({ OrderableDBInstanceOptions: [offer('16.8', ZONES)] });
    expect(await diagnosesOf('aurora-postgresql db.r8g.large')).toMatchObject([
      { verdict: 'bad', says: 'not offered for version 17 in this region' },
    ]);
  });

  it('need two of the zones that the stage has written down', async () => {
    rds
      .on(DescribeOrderableDBInstanceOptionsCommand, aurora)
      .resolves({ OrderableDBInstanceOptions: [offer('17.4', ['eu-west-1a', 'eu-west-1d'])] });
    expect(await diagnosesOf('aurora-postgresql db.r8g.large')).toMatchObject([
      {
        verdict: 'bad',
        says: "offered for version 17 in eu-west-1a, eu-west-1d; of the stage's zones 1, needed 2",
      },
    ]);
  });

  it('are offered in the zones of every page of the answer', async () => {
    rds
      .on(DescribeOrderableDBInstanceOptionsCommand, aurora)
      .resolves({ OrderableDBInstanceOptions: [offer('17.4', ['eu-west-1a'])], Marker: 'more' })
      .on(DescribeOrderableDBInstanceOptionsCommand, { ...aurora, Marker: 'more' })
      .resolves({ OrderableDBInstanceOptions: [offer('17.5', ['eu-west-1b'])] });
    expect(await diagnosesOf('aurora-postgresql db.r8g.large')).toMatchObject([
      { verdict: 'good', says: 'offered for version 17 in eu-west-1a, eu-west-1b' },
    ]);
  });
});

test('one missing right hides nothing else, and is said with the right', async () => {
  quotas.on(GetServiceQuotaCommand).rejects(awsError('AccessDeniedException'));
  const diagnoses = await diagnoseAws(tier);
  expect(diagnoses.filter(({ verdict }) => verdict !== 'good')).toEqual([
    {
      subject: 'account quotas',
      verdict: 'unknown',
      says: 'AWS could not be asked: AccessDeniedException: AccessDeniedException of the test',
      next: 'Asking takes the right to servicequotas:GetServiceQuota.',
    },
  ]);
  expect(isHealthy(diagnoses)).toBe(false);
});

test.each([
  ['ThrottlingException', 'slow down', undefined],
  ['Error', 'Region is missing', "Write the stage's env into the tier file, or set AWS_REGION."],
  ['ExpiredTokenException', 'expired', 'Sign in: aws sso login, or set AWS_PROFILE.'],
])('an answer that did not come (%s) has the remedy that fits, if any', async (name, message, next) => {
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error(message), { name }));
  const [diagnosis] = await diagnosesOf('bootstrap');
  expect(diagnosis).toMatchObject({ verdict: 'unknown', says: `AWS could not be asked: ${name}: ${message}` });
  expect(diagnosis?.next).toBe(next);
});

test('without credentials nothing is well, and every line says how to sign in', async () => {
  for (const client of [iam, rds, quotas, ssm]) client.rejects(awsError('CredentialsProviderError'));
  const diagnoses = await diagnoseAws(tier);
  expect(diagnoses).toHaveLength(5);
  for (const { verdict, next } of diagnoses) {
    expect({ verdict, next }).toEqual({ verdict: 'unknown', next: 'Sign in: aws sso login, or set AWS_PROFILE.' });
  }
});
