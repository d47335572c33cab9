import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, CloudFormationValidatePlugin, Validations, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import consumers from '../../examples/consumers.config';
import instagram from '../../examples/instagram.config';
import social from '../../examples/social.config';
import { parseTier, rdsProxy, valkey } from '../../lib/definition';
import { createTierApp, summarize, TemplateRules } from '../../lib/stacks';
import { AnsweringThread } from '../../lib/stacks/answering-thread';
import { documentDbStacks } from '../constructs/documentdb-stacks';
import { dynamoDbStacks } from '../constructs/dynamodb-stacks';
import { neptuneStacks } from '../constructs/neptune-stacks';
import { awayTier, awayTierIn, globalTier, vpcThere } from '../support/away-tier';
import { blogTier, type BlogStage } from '../support/blog-tier';
import { clusterTier } from '../support/cluster-tier';
import { estateTier } from '../support/estate-tier';
import { everyTier } from '../support/every-tier';
import { plainApp } from '../support/plain-app';
import { tableTier } from '../support/table-tier';
import { lendEngine, turnOnTemplateRules, withRoomForEngine } from '../support/template-rules';

turnOnTemplateRules();

const STAGES = ['dev', 'prod'] as const;

const ALARM = {
  Namespace: 'AWS/RDS',
  MetricName: 'CPUUtilization',
  Period: 60,
  ComparisonOperator: 'GreaterThanThreshold',
  EvaluationPeriods: 5,
};

/** How large the memory of an engine is before and after it is made, and was as it was loaded. */
const GROWTH = `
  const { withRoomForEngine } = require('./lib/stacks/engine-memory.cjs');
  const { CloudFormationValidatePlugin } = require('aws-cdk-lib');
  const { Instance } = WebAssembly;
  let memory, withoutRoom;
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      ({ memory } = this.exports);
      withoutRoom = memory.buffer.byteLength;
    }
  };
  const plugin = new CloudFormationValidatePlugin();
  withRoomForEngine(() => plugin.version);
  const before = memory.buffer.byteLength;
  plugin.initializeEngine(new Set(['AWS::RDS::DBInstance']));
  process.stdout.write(JSON.stringify({ before, after: memory.buffer.byteLength, withoutRoom }));
  process.exit();
`;

const synthesize = (stage: BlogStage) => createTierApp({ definition: blogTier(stage) }).synth();
const assemblies = { dev: synthesize('dev'), prod: synthesize('prod') };

describe.each(STAGES)('the example tier in %s', (stage) => {
  const summary = summarize(assemblies[stage]);

  test('asks no account for anything', () => {
    expect(assemblies[stage].manifest.missing).toBeUndefined();
  });

  test('has no finding of CloudFormation’s validator or of cdk-nag, not even a warning', () => {
    expect(summary.findings).toEqual([]);
  });

  test('has the stacks and resources that its templates have', () => {
    expect(summary.stacks.map(({ name }) => name).sort()).toEqual(
      [
        ...['access', 'main', 'network', 'operations', 'posts', 'posts-shards-s0'],
        ...(stage === 'prod' ? ['alarms', 'main-alarms', 'posts-alarms', 'posts-alarms-s0'] : []),
      ]
        .sort()
        .map((name) => `blog-${stage}-${name}`),
    );
    for (const { resources } of summary.stacks) expect(resources).toBeGreaterThan(4);
  });

  test('accepts only what really is found, for a reason that is written down', () => {
    const found = findingsWithoutAcknowledgements(stage);
    const policies = summary.acknowledged.filter(({ rule }) => rule.startsWith('AwsSolutions-'));
    expect(policies.length).toBeGreaterThan(3);
    for (const { rule, reason, paths } of policies) {
      expect(reason.length).toBeGreaterThan(40);
      for (const path of paths) expect(found).toContainEqual(expect.stringContaining(`${rule} ${path}/`));
    }
    const accepted = policies.flatMap(({ rule, paths }) => paths.map((path) => `${rule} ${path}/`));
    expect(found.filter((finding) => accepted.filter((prefix) => finding.startsWith(prefix)).length !== 1)).toEqual([]);
  });
});

test('a tier on an estate that is there already has no finding either', () => {
  const { findings, stacks, acknowledged } = summarize(createTierApp({ definition: estateTier() }).synth());
  expect(findings).toEqual([]);
  expect(stacks.map(({ name }) => name)).toContain('acme-shop-prod-legacy');
  const ofSnapshots = acknowledged.filter(({ reason }) => /snapshot/.test(reason)).map(({ rule }) => rule);
  expect(ofSnapshots.sort()).toEqual(['AwsSolutions-RDS2', 'F3021']);
});

test('a tier with replicas or copies of shards in another region has none, in a network of its own there and in one that is there', () => {
  for (const tier of [awayTier(), awayTierIn(vpcThere), globalTier()]) {
    expect(summarize(createTierApp({ definition: tier }).synth()).findings).toEqual([]);
  }
});

/** What cdk-nag would say if nobody had acknowledged anything: `rule path`. */
function findingsWithoutAcknowledgements(stage: BlogStage): readonly string[] {
  const silence = jest.spyOn(Validations.prototype, 'acknowledge').mockImplementation(() => undefined);
  try {
    const app = createTierApp({ definition: blogTier(stage) });
    return new AwsSolutionsChecks(app)
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      );
  } finally {
    silence.mockRestore();
  }
}

test('a tier whose consumers run in several accounts and log in by IAM has no finding either', () => {
  const { findings, acknowledged } = summarize(
    createTierApp({ definition: parseTier(consumers, { stage: 'live' }) }).synth(),
  );
  expect(findings).toEqual([]);
  // Every cluster has a service that logs in by IAM, so that nobody has to accept that none does.
  expect(acknowledged.map(({ rule }) => rule)).not.toContain('AwsSolutions-RDS6');
  const users = acknowledged
    .filter(({ rule }) => rule.includes(':dbuser:'))
    .map(({ rule }) => rule.split(':dbuser:')[1]);
  expect(users.sort()).toEqual(['*/billing]', '*/polystore_owner]', '*/reports]']);
});

test('a tier whose proxies take tokens has none either, and says why proxies are named by a wildcard', () => {
  const { ledger } = consumers.stores;
  const pooled = { ...consumers, stores: { ...consumers.stores, ledger: { ...ledger, pooling: rdsProxy() } } };
  const { findings, acknowledged } = summarize(
    createTierApp({ definition: parseTier(pooled, { stage: 'live' }) }).synth(),
  );
  expect(findings).toEqual([]);
  expect(acknowledged.filter(({ rule }) => rule.includes(':dbuser:prx-*/')).map(({ reason }) => reason)).toEqual([
    expect.stringContaining('security group'),
  ]);
});

test('says in a protected stage that zones are written down on purpose', () => {
  const { acknowledged } = summarize(assemblies.prod);
  expect(acknowledged).toContainEqual({
    rule: 'W3010',
    reason: expect.stringContaining('on purpose'),
    paths: ['blog-prod-network/Network/Vpc'],
  });
});

describe('synth fails', () => {
  const withResource = (type: string, properties: Record<string, unknown>): (() => unknown) => {
    const app = createTierApp({ definition: blogTier('dev', { onlyMain: true }) });
    new CfnResource(app.node.findChild('blog-dev-main') as Stack, 'Planted', { type, properties });
    return () => app.synth();
  };

  test('where CloudFormation would refuse a property', () => {
    expect(withResource('AWS::KMS::Key', { EnableKeyRotation: 'often' })).toThrow(/EnableKeyRotation/);
  });

  test('where a property does not exist', () => {
    expect(withResource('AWS::KMS::Key', { EnableKeyRotatoin: true })).toThrow(/EnableKeyRotatoin/);
  });

  test('where cdk-nag finds something that nobody acknowledged', () => {
    const silence = jest.spyOn(Validations.prototype, 'acknowledge').mockImplementation(() => undefined);
    const app = createTierApp({ definition: blogTier('dev', { onlyMain: true }) });
    silence.mockRestore();
    expect(() => app.synth()).toThrow(/AwsSolutions-RDS11/);
  });
});

describe('the rules in a thread of their own', () => {
  const reportOf = ({ directory }: { readonly directory: string }): unknown =>
    // Where somebody accepted a finding is told by a line of this file, too.
    readFileSync(join(directory, 'validation-report.json'), 'utf8').replaceAll(/"acknowledgedStackTrace": .*/g, '');

  // One of them, since each makes an engine of its own.
  test('report what they report in this one, and need no thread to name every stack of those that are alike', () => {
    const rules = new TemplateRules();
    const own = createTierApp({ definition: blogTier('prod'), rules }).synth();
    expect(reportOf(own)).toEqual(reportOf(assemblies.prod));
    expect(reportOf(own)).toContain('W3010');

    // Of others, whose thread has died.
    const lost: string[] = [];
    const alone = new TemplateRules(
      (why) => lost.push(why),
      () => new AnsweringThread(join(__dirname, 'threads/nowhere.cjs'), undefined),
    );
    lendEngine(alone);
    const directory = mkdtempSync(join(tmpdir(), 'polystore-rules-'));
    const stackOf = (name: string, threshold: number | string) => {
      const templatePath = join(directory, `${name}.template.json`);
      const body = {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { ...ALARM, AlarmName: { 'Fn::Sub': '${Unit}' }, Threshold: threshold, Statistic: 'Average' },
      };
      const Resources = { 'Fn::ForEach::Alarms': ['Unit', [name], { '${Unit}load': body }] };
      writeFileSync(templatePath, JSON.stringify({ Transform: 'AWS::LanguageExtensions', Resources }));
      return { stackConstructPath: name, templatePath, accountId: undefined, region: undefined };
    };
    const stackTemplates = [stackOf('s1', 'high'), stackOf('t1', 90), stackOf('t2', 90), stackOf('s2', 'high')];
    const context = { templatePaths: [], stackTemplates, appConstruct: createTierApp({ definition: blogTier('dev') }) };
    try {
      const report = alone.validate(context);
      expect(lost).toEqual(['MODULE_NOT_FOUND']);
      expect(report.success).toBe(false);
      expect(JSON.stringify(report.violations)).toMatch(/s1\.template.*s2\.template/);
      expect(JSON.stringify(report.violations)).not.toMatch(/t\d\.template/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('make their engine beforehand, by what CDK’s plugin has', () => {
    expect(CloudFormationValidatePlugin.prototype).toHaveProperty('initializeEngine');
  });

  test('give its memory room at once: it need not grow while the engine is made', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', GROWTH], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { before, after, withoutRoom } = JSON.parse(stdout) as Record<'before' | 'after' | 'withoutRoom', number>;
    expect(after).toBe(before);
    // What it would have grown to, and from.
    expect(withoutRoom).toBeLessThan(before);
  });

  test('load an engine that is made in another way as it is', () => {
    // Node has it, its types do not.
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: Record<'Instance' | 'Module', new (from: object) => object>;
    };
    const { Instance } = WebAssembly;
    // An empty module, and one whose memory can't be had: (module (func (export "__wbindgen_malloc") unreachable) (export "__wbindgen_free" (func 0))).
    const EMPTY = [0, 97, 115, 109, 1, 0, 0, 0];
    const names = ['__wbindgen_malloc', '__wbindgen_free'].map((name) => [name.length, ...Buffer.from(name), 0, 0]);
    const exported = [2, ...names.flat()];
    const FULL = [...EMPTY, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, exported.length, ...exported, 10, 5, 1, 3, 0, 0, 11];
    for (const bytes of [EMPTY, FULL]) {
      const made = jest.fn(() => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes))));
      withRoomForEngine(made);
      expect(made).toHaveReturnedWith(expect.any(Instance));
    }
    expect(() =>
      withRoomForEngine(() => {
        throw new Error('no engine');
      }),
    ).toThrow('no engine');
    expect(WebAssembly.Instance).toBe(Instance);
  });
});

// What the validator says of the same stage, not a warning either, is asserted above.
test('the CDK command line synthesizes a stage that it is told, without a word of warning', () => {
  const output = mkdtempSync(join(tmpdir(), 'polystore-synth-'));
  try {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [require.resolve('aws-cdk/bin/cdk'), 'synth', '-q', '-c', 'stage=prod', '--output', output],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          CDK_VALIDATION: 'false',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          NODE_ENV: 'production',
          CI: 'false',
        },
      },
    );
    expect({ status, stdout, warnings: /warn|error|not configured|surprising/i.test(stderr), stderr }).toMatchObject({
      status: 0,
      stdout: '',
      warnings: false,
    });
    expect(stderr).toContain('blog-prod-network');
  } finally {
    rmSync(output, { recursive: true });
  }
}, 120_000);

test.each(['dev', 'live'] as const)('databases with caches of every shape have none in %s', (stage) => {
  const { findings } = summarize(createTierApp({ definition: parseTier(instagram, { stage }) }).synth());
  expect(findings).toEqual([]);
});

test('documents, a graph, a table and a cache have none', () => {
  const { findings } = summarize(createTierApp({ definition: parseTier(social, { stage: 'live' }) }).synth());
  expect(findings).toEqual([]);
});

test.each(['dev', 'live'] as const)('stores of every kind and shape have none in %s', (stage) => {
  expect(summarize(createTierApp({ definition: everyTier(stage) }).synth()).findings).toEqual([]);
});

test.each(STAGES)('clusters of documents and graphs, and tables with indexes and copies, have none in %s', (stage) => {
  for (const definition of [clusterTier(stage), tableTier(stage)])
    expect(summarize(createTierApp({ definition }).synth()).findings).toEqual([]);
});

test('the constructs of documents, graphs and tables have none without the kit around them', () => {
  const app = plainApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  documentDbStacks(new Construct(app, 'Documents'));
  neptuneStacks(new Construct(app, 'Graphs'));
  dynamoDbStacks(new Construct(app, 'Tables'));
  expect(summarize(app.synth()).findings).toEqual([]);
});

test('a cache of Redis OSS and one on disks of its own have none either', () => {
  const definition = parseTier({
    name: 'fast',
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: { feeds: valkey({ engine: 'redis' }), tiered: valkey({ class: 'r6gd.xlarge' }) },
    services: { web: { uses: { feeds: 'write' } } },
  });
  expect(summarize(createTierApp({ definition }).synth()).findings).toEqual([]);
});
