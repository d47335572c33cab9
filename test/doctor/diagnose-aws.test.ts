import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  type RouteTable,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeOrderableDBInstanceOptionsCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockClient } from 'aws-sdk-client-mock';
import { bootstrapQualifierOf } from '../../bin/cdk-json';
import type { TierDefinition } from '../../lib/definition';
import { diagnoseAws, isHealthy, type Diagnosis } from '../../lib/doctor';
import { blogTier, shardNames } from '../support/blog-tier';
import { ESTATE, estateTier } from '../support/estate-tier';

const iam = mockClient(IAMClient);
const rds = mockClient(RDSClient);
const quotas = mockClient(ServiceQuotasClient);
const ssm = mockClient(SSMClient);
const ec2 = mockClient(EC2Client);

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

describe('a bootstrap of another qualifier', () => {
  const acme: TierDefinition = { ...tier, stage: { ...tier.stage, bootstrapQualifier: 'acme' } };
  const asked = () => ssm.commandCalls(GetParameterCommand).map(({ args }) => args[0].input.Name);

  it('is asked for by the qualifier of the stage, which goes before that of cdk.json', async () => {
    await diagnoseAws(acme, { bootstrapQualifier: 'other' });
    await diagnoseAws(tier, { bootstrapQualifier: 'other' });
    await diagnoseAws(tier);
    expect(asked()).toEqual(['acme', 'other', 'hnb659fds'].map((qualifier) => `/cdk-bootstrap/${qualifier}/version`));
  });

  it('that is not there gets the command with it', async () => {
    ssm.on(GetParameterCommand).rejects(awsError('ParameterNotFound'));
    expect(await diagnosesOf('bootstrap', acme)).toMatchObject([
      {
        says: 'the account and region are not bootstrapped for the CDK with qualifier acme',
        next: 'npx cdk bootstrap aws://111122223333/eu-west-1 --qualifier acme --toolkit-stack-name CDKToolkit-acme',
      },
    ]);
  });

  it('is read from cdk.json, where it names one', () => {
    const directory = mkdtempSync(join(tmpdir(), 'polystore-cdk-json-'));
    const file = join(directory, 'cdk.json');
    try {
      expect(bootstrapQualifierOf(file)).toEqual({});
      for (const [text, found] of [
        ['{}', {}],
        ['{"context":{"@aws-cdk/core:bootstrapQualifier":"acme"}}', { bootstrapQualifier: 'acme' }],
      ] as const) {
        writeFileSync(file, text);
        expect(bootstrapQualifierOf(file)).toEqual(found);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
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

describe('a network that is there already', () => {
  const estate = estateTier();
  const { vpcId, subnetIds, zones } = ESTATE;
  const interfaceTo = (service: string, changes: VpcEndpoint = {}): VpcEndpoint => ({
    VpcEndpointId: `vpce-${service}`,
    VpcEndpointType: 'Interface',
    ServiceName: `com.amazonaws.eu-west-1.${service}`,
    State: 'Available',
    PrivateDnsEnabled: true,
    ...changes,
  });
  const DYNAMODB: VpcEndpoint = {
    ...interfaceTo('dynamodb'),
    VpcEndpointType: 'Gateway',
    PrivateDnsEnabled: false,
    RouteTableIds: ['rtb-data'],
  };
  const ENDPOINTS = [interfaceTo('ssm'), interfaceTo('secretsmanager'), DYNAMODB, interfaceTo('rds')];
  const LOCAL = { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' };
  const table = (...routes: RouteTable['Routes'] & object): RouteTable => ({
    RouteTableId: 'rtb-data',
    Associations: [{ Main: true }],
    Routes: [LOCAL, ...routes],
  });
  const subnet = (index: number) => ({
    SubnetId: subnetIds[index],
    VpcId: vpcId,
    AvailabilityZone: zones[index],
  });
  const endpoints = (found: readonly VpcEndpoint[]) =>
    ec2
      .on(DescribeVpcEndpointsCommand, { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] })
      .resolves({ VpcEndpoints: found.slice(0, 1), NextToken: 'more' })
      .on(DescribeVpcEndpointsCommand, { NextToken: 'more' })
      .resolves({ VpcEndpoints: found.slice(1) });
  const without = (service: string) => ENDPOINTS.filter(({ ServiceName }) => !ServiceName?.endsWith(`.${service}`));
  const findings = async () => (await diagnosesOf('network', estate)).map(({ verdict, says }) => [verdict, says]);

  beforeEach(() => {
    ec2.reset();
    endpoints(ENDPOINTS);
    ec2.on(DescribeSubnetsCommand, { SubnetIds: [...subnetIds] }).resolves({ Subnets: [0, 1, 2].map(subnet) });
    ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [table()] });
    ec2
      .on(DescribeVpcAttributeCommand, { Attribute: 'enableDnsSupport' })
      .resolves({ EnableDnsSupport: { Value: true } })
      .on(DescribeVpcAttributeCommand, { Attribute: 'enableDnsHostnames' })
      .resolves({ EnableDnsHostnames: { Value: true } });
  });

  it('that provides all that it says is well; one that the kit makes is not asked about', async () => {
    expect(await findings()).toEqual([
      ['good', `${vpcId} leads to ssm, secretsmanager, dynamodb, rds; its 3 data subnets are in their zones`],
    ]);
    ec2.resetHistory();
    expect(await diagnosesOf('network', tier)).toEqual([]);
    expect(ec2.calls()).toEqual([]);
  });

  it.each([
    ['ssm', 'bad', 'the functions of the tier would hang'],
    ['dynamodb', 'bad', 'the functions of the tier would hang'],
    ['rds', 'warning', 'proofs of encryption and standbys are skipped'],
  ])('without an endpoint of %s, and without a way out, is %s', async (service, verdict, loss) => {
    endpoints(without(service));
    const says = `${vpcId} has no endpoint of ${service}, and no route leads out of its data subnets: ${loss}`;
    expect(await findings()).toEqual([[verdict, says]]);
  });

  it.each([
    ['tgw-1', { TransitGatewayId: 'tgw-1' }, 'warning'],
    ['nat-1', { NatGatewayId: 'nat-1' }, 'warning'],
    ['a gateway to the internet, which functions have no address for', { GatewayId: 'igw-1' }, 'bad'],
    ['a NAT gateway that is gone', { NatGatewayId: 'nat-1', State: 'blackhole' }, 'bad'],
  ] as const)('without an endpoint, but with a route to %s', async (_way, route, verdict) => {
    endpoints(without('ssm'));
    ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [table(route)] });
    expect(await diagnosesOf('network', estate)).toMatchObject([{ verdict }]);
  });

  it.each([
    [interfaceTo('ssm', { PrivateDnsEnabled: false }), /^private DNS of vpce-ssm .* is off/, /--private-dns-enabled$/],
    [interfaceTo('ssm', { State: 'PendingAcceptance' }), /^vpce-ssm .* is PendingAcceptance$/, /^aws ec2 describe/],
    [{ ...DYNAMODB, RouteTableIds: ['rtb-other'] }, /is in no route of rtb-data$/, /--add-route-table-ids rtb-data$/],
  ])('with an endpoint that does not serve (%#) is told what to do', async (endpoint, says, next) => {
    const service = endpoint.ServiceName?.split('.').at(-1) ?? '';
    endpoints([...without(service), endpoint]);
    expect(await diagnosesOf('network', estate)).toEqual([
      { subject: 'network', verdict: 'bad', says: expect.stringMatching(says), next: expect.stringMatching(next) },
    ]);
    // Another that serves is enough.
    endpoints([endpoint, ...ENDPOINTS]);
    expect(await diagnosesOf('network', estate)).toMatchObject([{ verdict: 'good' }]);
  });

  it('in which the tier makes the endpoints has none of them yet but the tier’s own', async () => {
    const creating = estateTier({ createEndpoints: true });
    const made = (service: string) => interfaceTo(service, { Tags: [{ Key: 'tier', Value: creating.name }] });
    endpoints([made('ssm'), made('secretsmanager')]);
    expect(await diagnosesOf('network', creating)).toMatchObject([
      { verdict: 'good', says: expect.stringContaining('has room for endpoints of ssm, secretsmanager') },
    ]);
    endpoints([interfaceTo('ssm'), made('secretsmanager')]);
    expect(await diagnosesOf('network', creating)).toEqual([
      {
        subject: 'network',
        verdict: 'bad',
        says: `${vpcId} has an endpoint of ssm already, vpce-ssm, whose private name a second one can't have`,
        next: "Set endpoints to 'provided' in the tier file.",
      },
    ]);
  });

  it('in which names are not resolved, or whose subnets are elsewhere, is bad', async () => {
    ec2.on(DescribeVpcAttributeCommand, { Attribute: 'enableDnsHostnames' }).resolves({});
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [subnet(0), { ...subnet(1), AvailabilityZone: 'eu-west-1c' }] });
    expect(await findings()).toEqual([
      ['bad', `${subnetIds[1]} is in ${vpcId}, eu-west-1c; the tier file has it in ${vpcId}, eu-west-1b`],
      ['bad', `${subnetIds[2]} is not there; the tier file has it in ${vpcId}, eu-west-1c`],
      ['bad', `enable-dns-hostnames of ${vpcId} is off: nothing in it finds servers and endpoints by their names`],
    ]);
  });

  it('that may not be asked about is unknown, with the rights that asking takes', async () => {
    ec2.on(DescribeSubnetsCommand).rejects(awsError('UnauthorizedOperation'));
    expect(await diagnosesOf('network', estate)).toMatchObject([
      { verdict: 'unknown', next: expect.stringMatching(/^Asking takes the right to ec2:DescribeSubnets, ec2:Desc/) },
    ]);
  });
});
