import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { servicesCalledBy } from '../../lib/inventory';
import { decodePlacement } from '../../lib/placement';
import { decodeStoragePromises } from '../../lib/smoke';
import { lambdaBundle, synthesizeTier, type OnSmokeFailure } from '../../lib/stacks';
import { functionTimeout } from '../../lib/stacks/function-timeouts';
import { bundle } from '../../lib/stacks/lambda-code';
import type { TierDefinition } from '../../lib/definition';
import { storagePromisesText } from '../../lib/definition/stores/storage-promises';
import { bundleHandler } from '../lambda/bundle';
import { blogTier, shardNames } from '../support/blog-tier';
import { plainApp } from '../support/plain-app';
import {
  resourcesOf,
  synthesizedNow,
  templatesOf,
  type Resource,
  type TemplateJson,
} from '../support/synthesized-tier';

const one = (templates: Record<string, TemplateJson>, type: string): Resource => {
  const [found, ...others] = resourcesOf(templates, type);
  if (!found || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} of ${type}`);
  return found;
};
const functionNamed = (templates: Record<string, TemplateJson>, name: string): Resource => {
  const found = resourcesOf(templates, 'AWS::Lambda::Function').find(
    ({ Properties }) => Properties['FunctionName'] === name,
  );
  if (!found) throw new Error(`no function ${name}`);
  return found;
};
const pick = (templates: Record<string, TemplateJson>, stack: string): Record<string, TemplateJson> => ({
  [stack]: templates[stack] as TemplateJson,
});
/** The key whose id is the last part of the ARN that a weak reference leads to: `Key961B73FD`. */
function keyIdOf(templates: Record<string, TemplateJson>, part: unknown): string {
  const [at, { 'Fn::Split': split }] = (part as { 'Fn::Select': [number, { 'Fn::Split': [string, unknown] }] })[
    'Fn::Select'
  ];
  expect([at, split[0]]).toEqual([1, '/']);
  const { StackName, OutputName } = (split[1] as { 'Fn::GetStackOutput': Record<string, string> })[
    'Fn::GetStackOutput'
  ];
  const stack = Object.keys(templates).find((name) => StackName?.endsWith(`-${name}`)) ?? '';
  const value = templates[stack]?.Outputs?.[OutputName ?? '']?.Value as { 'Fn::GetAtt': [string, string] };
  expect(value['Fn::GetAtt'][1]).toBe('Arn');
  return value['Fn::GetAtt'][0];
}
const operationsOf = (tier: TierDefinition, smoke?: OnSmokeFailure): TemplateJson => {
  const app = plainApp();
  const { operations } = synthesizeTier(app, tier, smoke && { smoke });
  return app.synth().getStackByName(operations.stackName).template as TemplateJson;
};

const templates = { dev: templatesOf(blogTier('dev')), prod: templatesOf(blogTier('prod')) };

describe.each(['dev', 'prod'] as const)('operations in %s', (stage) => {
  const all = templates[stage];

  test.each(['provision-relational', 'smoke-relational'])(
    'runs %s in the isolated subnets, and lets it reach what operations reaches',
    (name) => {
      const { Properties } = functionNamed(all, `blog-${stage}-${name}`);
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Environment: { Variables: { POLYSTORE_PREFIX: `/blog/${stage}` } },
      });
      const { SubnetIds, SecurityGroupIds } = Properties['VpcConfig'] as {
        SubnetIds: object[];
        SecurityGroupIds: object[];
      };
      expect(SubnetIds).toHaveLength(stage === 'prod' ? 3 : 2);
      for (const subnet of SubnetIds) expect(JSON.stringify(subnet)).toContain('DataSubnet');
      expect(SecurityGroupIds).toEqual([
        expect.objectContaining({
          'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringContaining('Operations') }),
        }),
      ]);
    },
  );

  test('provisions before it proves', () => {
    const proof = one(all, 'Custom::SmokeTest');
    const provisioning = Object.entries(all['operations']?.Resources ?? {}).find(
      ([, { Type }]) => Type === 'Custom::Provision',
    );
    expect(proof.DependsOn).toContain(provisioning?.[0]);
  });

  test('keeps its logs where the rollback of a failed deployment does not take them', () => {
    const groups = resourcesOf(all, 'AWS::Logs::LogGroup').filter(({ Properties }) =>
      /^\/aws\/lambda\//.test(String(Properties['LogGroupName'])),
    );
    expect(
      groups.map(({ stack, Properties, DeletionPolicy }) => [stack, Properties['LogGroupName'], DeletionPolicy]),
    ).toEqual(
      ['provision-relational', 'smoke-relational'].map((name) => [
        'access',
        `/aws/lambda/blog-${stage}-${name}`,
        stage === 'prod' ? 'RetainExceptOnCreate' : 'Delete',
      ]),
    );
  });

  test('keeps the last report where the rollback of a failed deployment does not take it', () => {
    const kept = resourcesOf(all, 'AWS::SSM::Parameter').filter(({ Properties }) =>
      String(Properties['Name']).startsWith(`/blog/${stage}/smoke/`),
    );
    expect(kept.map(({ stack, Properties, DeletionPolicy }) => [stack, Properties['Name'], DeletionPolicy])).toEqual([
      ['access', `/blog/${stage}/smoke/last-report/relational`, stage === 'prod' ? 'RetainExceptOnCreate' : 'Delete'],
    ]);
  });

  test('tells the smoke test which key each store is promised, where it has a way to ask RDS', () => {
    const { Variables } = functionNamed(all, `blog-${stage}-smoke-relational`).Properties['Environment'] as {
      Variables: Record<string, { 'Fn::Join': [string, unknown[]] }>;
    };
    const written = Variables['POLYSTORE_STORAGE'];
    if (stage === 'dev') return expect(written).toBeUndefined();
    const promises = decodeStoragePromises(
      (written?.['Fn::Join'][1] ?? []).map((part) => (typeof part === 'string' ? part : keyIdOf(all, part))).join(''),
      'the template',
    );
    const keyOf = (store: string): string => String(resourcesOf(pick(all, store), 'AWS::KMS::Key')[0]?.id);
    expect(promises).toEqual({ main: { keyId: keyOf('main') }, posts: { keyId: keyOf('posts') } });
  });

  test('seeds the placement of every sharded store', () => {
    const { seeds } = one(all, 'Custom::Provision').Properties as unknown as { seeds: Record<string, string> };
    expect(Object.keys(seeds)).toEqual(['posts']);
    expect(decodePlacement(seeds['posts'] ?? '', 'the template').shardMap.version).toBe(1);
  });
});

test('what the most databases that a definition may have are promised fits a function’s environment', () => {
  const names = Array.from({ length: 93 }, (_, index) => `d${100 + index}`);
  const Variables = {
    POLYSTORE_PREFIX: `/${'t'.repeat(20)}/${'s'.repeat(30)}`,
    POLYSTORE_PATIENCE_SECONDS: '60',
    POLYSTORE_STORAGE: storagePromisesText(Object.fromEntries(names.map((name) => [name, randomUUID()]))),
  };
  const sizeBytes = JSON.stringify(Variables).length;
  expect(sizeBytes).toBeGreaterThan(4000);
  expect(sizeBytes).toBeLessThanOrEqual(4096);
});

describe('the steps run again', () => {
  const digestOf = (all: Record<string, TemplateJson>): unknown =>
    one(all, 'Custom::SmokeTest').Properties['Templates'];
  const before = templates.dev;

  test('when a template of any store or of access changed', () => {
    expect(digestOf(before)).toMatch(/^[0-9a-f]{64}$/);
    const changed = [
      blogTier('dev', { shards: shardNames(5) }),
      blogTier('dev', { onlyMain: true }),
      blogTier('dev', { services: { users: { uses: { main: 'read' } } } }),
    ].map((tier) => digestOf(templatesOf(tier)));
    expect(new Set([digestOf(before), ...changed]).size).toBe(4);
    expect(one(before, 'Custom::Provision').Properties['Templates']).toBe(digestOf(before));
  });

  test('not when nothing changed', () => {
    expect(synthesizedNow(blogTier('dev'))['operations']).toEqual(before['operations']);
  });

  test('when the kit’s code changed', () => {
    expect(one(before, 'Custom::SmokeTest').Properties['Code']).toBe(lambdaBundle('smoke-relational').hash);
    expect(one(before, 'Custom::Provision').Properties['Code']).toBe(lambdaBundle('provision-relational').hash);
  });
});

test('a failed check fails a deployment, unless it is told to go on', () => {
  const onFailure = (template: TemplateJson): unknown =>
    one({ operations: template }, 'Custom::SmokeTest').Properties['onFailure'];
  expect(onFailure(operationsOf(blogTier('prod')))).toBe('throw');
  expect(onFailure(operationsOf(blogTier('prod'), 'report'))).toBe('report');
});

test('a function may run as long as its slowest store takes, and less than Lambda allows', () => {
  const seconds = ({ stores }: TierDefinition): number[] =>
    (['provision', 'smoke'] as const).map((task) => functionTimeout(task, Object.values(stores)).toSeconds());
  expect(seconds(blogTier('prod'))).toEqual([60 + 30, 60 + 60]);
  expect(seconds(blogTier('prod', { shards: shardNames(300) }))).toEqual([60 + 30 * 19, 14 * 60]);
  expect(functionNamed(templates.prod, 'blog-prod-smoke-relational').Properties['Timeout']).toBe(120);
});

test('where servers may be paused the functions wait until one is awake, and run for longer', () => {
  const told = (stage: 'dev' | 'prod', name: string) =>
    functionNamed(templates[stage], `blog-${stage}-${name}`).Properties;
  for (const name of ['provision-relational', 'smoke-relational']) {
    expect(told('dev', name)['Environment']).toEqual({
      Variables: { POLYSTORE_PREFIX: '/blog/dev', POLYSTORE_PATIENCE_SECONDS: '60' },
    });
    expect(told('prod', name)['Environment']).not.toHaveProperty('Variables.POLYSTORE_PATIENCE_SECONDS');
  }
  expect(told('dev', 'provision-relational')['Timeout']).toBe(60 + 60);
  expect(told('dev', 'smoke-relational')['Timeout']).toBe(60 + 60 + 60);
});

describe('the bundle of a function', () => {
  const root = resolve(__dirname, '..', '..');

  test('is the same in another folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'polystore-elsewhere-'));
    try {
      for (const room of ['lambda', 'lib', 'package.json', 'tsconfig.json'])
        cpSync(join(root, room), join(folder, room), { recursive: true });
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      expect(bundle(folder, 'provision-relational').text).toBe(bundle(root, 'provision-relational').text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('says nothing of the machine that it was made on', () => {
    expect(bundle(root, 'smoke-relational').text).not.toContain(root);
  });
});

describe('the ways to AWS', () => {
  const bundles = [bundleHandler('provision-relational'), bundleHandler('smoke-relational')];

  const endpointServices = (all: Record<string, TemplateJson>): string[] =>
    resourcesOf(all, 'AWS::EC2::VPCEndpoint')
      .map(({ Properties }) => /\.([a-z]+)"?[^a-z]*$/.exec(JSON.stringify(Properties['ServiceName']))?.[1] ?? '?')
      .sort();

  test('are those of the clients that the functions hold', () => {
    const clients = new Set(
      bundles.flatMap(({ externals }) => externals.filter((name) => name.startsWith('@aws-sdk/client-'))),
    );
    const called = [...clients].map((name) => name.replace('@aws-sdk/client-', '').replaceAll('-', '')).sort();
    expect(called).toEqual(['dynamodb', 'rds', 'secretsmanager', 'ssm']);
    expect(endpointServices(templates.prod)).toEqual(called);
    // Nothing asks RDS of a disposable stage, which would pay for the way.
    expect(endpointServices(templates.dev)).toEqual(called.filter((name) => name !== 'rds'));
    for (const stage of ['dev', 'prod'] as const)
      expect([...servicesCalledBy(blogTier(stage))].sort()).toEqual(endpointServices(templates[stage]));
  });

  test('are those of the actions that the functions are granted', () => {
    const services = resourcesOf(templates.prod, 'AWS::IAM::Policy')
      .filter(({ Properties }) => /"(Provision|Smoke)relationalFunctionRole/.test(JSON.stringify(Properties['Roles'])))
      .flatMap(
        ({ Properties }) => (Properties['PolicyDocument'] as { Statement: { Action: string | string[] }[] }).Statement,
      )
      .flatMap(({ Action }) => [Action].flat().map((action) => action.split(':')[0] ?? ''));
    // Lambda itself makes interfaces and ships logs; keys are used by Secrets Manager and DynamoDB on the function's behalf.
    const byOthers = ['ec2', 'logs', 'kms'];
    expect([...new Set(services)].filter((service) => !byOthers.includes(service)).sort()).toEqual(
      endpointServices(templates.prod),
    );
    expect(JSON.stringify(templates.dev)).not.toContain('rds:Describe');
  });

  test('lead to this account only, and admit nobody who is not let in by a rule', () => {
    for (const { Properties } of resourcesOf(templates.prod, 'AWS::EC2::VPCEndpoint')) {
      const { Statement } = Properties['PolicyDocument'] as { Statement: { Condition: unknown }[] };
      expect(Statement.map(({ Condition }) => Condition)).toEqual([
        { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
      ]);
    }
  });

  test('to RDS let servers be described, and nothing else', () => {
    const rds = resourcesOf(templates.prod, 'AWS::EC2::VPCEndpoint').find(({ id }) => /Rds/.test(id));
    expect(rds?.Properties['PolicyDocument']).toMatchObject({
      Statement: [{ Effect: 'Allow', Action: ['rds:DescribeDBClusters', 'rds:DescribeDBInstances'] }],
    });
  });

  test('stand in one zone of a disposable stage, which pays for each, and in all of a protected one but for proofs alone', () => {
    const zones = (all: Record<string, TemplateJson>): number[] =>
      resourcesOf(all, 'AWS::EC2::VPCEndpoint')
        .filter(({ Properties }) => Properties['VpcEndpointType'] === 'Interface')
        .map(({ Properties }) => (Properties['SubnetIds'] as unknown[]).length);
    expect(zones(templates.dev)).toEqual([1, 1]);
    expect(zones(templates.prod)).toEqual([3, 3, 1]);
  });
});
