import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { kitDrills, type RecordedDrill } from '../../lib/runbooks';
import { commandLineName, faultsOfAwsCommand } from '../../scripts/runbook-lint/aws-commands';
import { isLook, lintRunbooks, type LintContext } from '../../scripts/runbook-lint/lint-runbooks';
import { faultsOfSql } from '../../scripts/runbook-lint/sql-statements';
import { startTestTier, type TestTier } from '../support/local-servers';

const text = readFileSync(resolve(__dirname, '../../runbooks/replica-lag.md'), 'utf8');

const names = Object.fromEntries(
  ['store', 'replica', 'primary', 'prefix', 'store-stack', 'stage', 'now', 'hour-ago', 'six-hours-ago'].map((name) => [
    name,
    'x',
  ]),
);
const held = kitDrills()['replica-lag'] as RecordedDrill;
const daysLater = (days: number): Date => new Date(Date.parse(held.heldAt) + days * 86_400_000);
const context: LintContext = {
  alarmRunbooks: ['replica-lag'],
  drills: { 'replica-lag': 'replica-lag' },
  recorded: { 'replica-lag': held },
  now: daysLater(1),
  names,
};
const lint = (changed: string, changes: Partial<LintContext> = {}): readonly string[] =>
  lintRunbooks({ 'replica-lag': changed }, { ...context, ...changes }).faults;
const lookSection = (block: string): string =>
  text.replace('## First five minutes\n', `## First five minutes\n\n${block}\n`);

it('finds nothing in a runbook that is well', () => {
  expect(lint(text)).toEqual([]);
  expect(lint(text, { now: daysLater(180) })).toEqual([]);
});

it.each([
  [
    'an alarm without a runbook',
    text,
    { alarmRunbooks: ['replica-lag', 'gone'] },
    /an alarm leads to runbooks\/gone\.md/,
  ],
  ['a runbook without an alarm', text, { alarmRunbooks: [] }, /no alarm leads here/],
  [
    'a drill whose runbook does not name it',
    text,
    { drills: { other: 'replica-lag' } },
    /its drill is other, got replica-lag/,
  ],
  ['a drill that there is not', text, { drills: {} }, /there is no drill "replica-lag"/],
  [
    'a section that is empty',
    text.replace(/(## Impact\n)[^]*?(?=## First)/, '$1\n<!-- later -->\n\n'),
    {},
    /section "Impact" is empty/,
  ],
  ['a section that is missing', text.replace('## Escalate', '## Shout'), {}, /no section "Escalate"/],
  ['a section that nobody expects', text.replace('## Escalate', '## Shout'), {}, /unknown section "Shout"/],
  ['a field that is none', text.replace('minutes: 20', 'hours: 20'), {}, /"hours: 20" is none of/],
  ['safety in other words', text.replace('destructive', 'harmless'), {}, /safe-to-run: got harmless/],
  ['a kind that there is not', text.replace('kinds: postgres', 'kinds: oracle'), {}, /kinds: unknown "oracle"/],
  [
    'a drill that was never recorded',
    text,
    { recorded: {} },
    /replica-lag\.md: its drill was never recorded: npx poly/,
  ],
  ['a drill of long ago', text, { now: daysLater(181) }, /its drill was held 181 days ago, allowed are 180: npx poly/],
  ['a drill that is to come', text, { now: daysLater(-1) }, /its drill was recorded on .*, which is to come/],
  [
    'a date of a drill that somebody wrote by hand',
    text.replace('drill: replica-lag', 'drill: replica-lag\nlast-drilled: 2031-01-31'),
    {},
    /"last-drilled: 2031-01-31" is none of/,
  ],
  [
    'a mitigation that says not how long it takes',
    text.replace('_Seconds. Its client gets', '_Its client gets'),
    {},
    /replica-lag\.md: Mitigate 2 says not how long it takes/,
  ],
  [
    'a placeholder that stands for nothing',
    text.replaceAll('{{replica}}', '{{repilca}}'),
    {},
    /unknown placeholder \{\{repilca\}\}/,
  ],
  [
    'a verb that AWS has not',
    text.replace('describe-db-instances', 'descibe-db-instances'),
    {},
    /aws rds descibe-db-instances: no such operation/,
  ],
  [
    'an option that the verb has not',
    text.replace('--db-instance-identifier', '--db-instance-id'),
    {},
    /no option --db-instance-id$/,
  ],
  ['a service that there is not', text.replace('aws rds', 'aws rsd'), {}, /aws rsd: no model/],
  [
    'a command of the kit that there is not',
    text.replace('npx polystore smoke', 'npx polystore smok'),
    {},
    /npx polystore smok: no such command/,
  ],
  [
    'an option of the kit that there is not',
    text.replace('smoke --aws', 'smoke --asw'),
    {},
    /npx polystore smoke: no option --asw/,
  ],
  [
    'an option of another command of commands',
    text.replace('npx polystore smoke --aws', 'npx polystore placement split --rows-moved --aws'),
    {},
    /npx polystore placement split: no option --rows-moved/,
  ],
  ['a program that nobody checks', text.replace('npx polystore smoke --aws', 'rm -rf'), {}, /unknown program: rm -rf/],
  [
    'a change among looks',
    lookSection('```sh\naws rds reboot-db-instance --db-instance-identifier x\n```'),
    {},
    /a section that only looks changes something/,
  ],
  ['JSON that is none', lookSection('```json\n{,}\n```'), {}, /JSON: /],
  ['a block of an unknown language', lookSection('```perl\n1\n```'), {}, /a block of "perl"/],
])('finds %s', (_, changed, changes, fault) => {
  expect(lint(changed, changes).join('\n')).toMatch(fault);
});

describe('commands of AWS', () => {
  it.each([
    ['DBInstanceIdentifier', 'db-instance-identifier'],
    ['DescribeDBClusters', 'describe-db-clusters'],
    ['VpcSecurityGroupIds', 'vpc-security-group-ids'],
    ['CACertificateIdentifier', 'ca-certificate-identifier'],
    ['RestoreDBInstanceToPointInTime', 'restore-db-instance-to-point-in-time'],
  ])('%s is %s', (model, line) => {
    expect(commandLineName(model)).toBe(line);
  });

  it.each([
    ['aws rds wait db-instance-available --db-instance-identifier x', []],
    [
      'aws rds wait db-instance-ready --db-instance-identifier x',
      ['aws rds wait db-instance-ready: no such operation'],
    ],
    ['aws rds modify-db-instance --no-deletion-protection --apply-immediately', []],
    ['aws rds failover-db-cluster --query "a --b" --region eu-west-1', []],
    ['aws logs tail group --since 1h --sine 2h', ['aws logs tail: no option --sine']],
  ])('%s', (line, faults) => {
    expect(faultsOfAwsCommand(line)).toEqual(faults);
  });
});

describe('SQL', () => {
  let test: TestTier;
  beforeAll(async () => {
    test = await startTestTier({
      name: 'lint',
      stages: { dev: { profile: 'disposable' } },
      stores: { main: { kind: 'postgres' } },
    });
  });
  afterAll(() => test.stop());

  it.each([
    ['select pid from pg_stat_activity; vacuum (verbose) polystore_smoke.probe', 'Mitigate', undefined],
    ['selec 1', 'Mitigate', /syntax error at or near "selec"/],
    ['select lag from pg_stat_replication', 'Mitigate', /column "lag" does not exist/],
    ['select pg_replay_resume()', 'Mitigate', /function pg_replay_resume\(\) does not exist/],
    ['select pg_wal_replay_resume()', 'First five minutes', /a section that only looks writes/],
  ])('%s in %s', async (sql, section, fault) => {
    const block = { runbook: 'r', section, language: 'sql', text: sql };
    const faults = await faultsOfSql(await test.superuser('main/primary'), [block], isLook);
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults.join('\n')).toMatch(fault);
  });
});

it('tells everything at once: a form that is wrong hides no command that is', () => {
  const faults = lint(
    text.replace(/(## Impact\n)[^]*?(?=## First)/, '$1').replace('describe-db-instances', 'descibe-db-instances'),
  );
  expect(faults).toEqual([
    'runbooks/replica-lag.md: section "Impact" is empty',
    'runbooks/replica-lag.md: First five minutes: aws rds descibe-db-instances: no such operation',
    expect.stringContaining('a section that only looks changes something'),
  ]);
});

it('a link that leads nowhere is found in runbooks as in every other document', () => {
  const directory = mkdtempSync(join(tmpdir(), 'polystore-links-'));
  try {
    execFileSync('git', ['init', '-q'], { cwd: directory });
    writeFileSync(join(directory, 'a.md'), '```sh\n[code](no.md)\n```\n[b](b.md) [itself](a.md)\n');
    const { status, stderr } = spawnSync(process.execPath, [resolve(__dirname, '../../scripts/check-links.mjs')], {
      cwd: directory,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'a.md:4: b.md leads nowhere\n' });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
