import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicyValidationStack } from 'aws-cdk-lib';
import { alikeTemplates } from '../../lib/stacks/alike-templates';

const directory = mkdtempSync(join(tmpdir(), 'polystore-alike-'));
afterAll(() => rmSync(directory, { recursive: true }));

const ALARM = {
  Type: 'AWS::CloudWatch::Alarm',
  Properties: { AlarmName: { 'Fn::Sub': 'shop-${Unit}-load' }, Threshold: 90 },
};

/** Gathers what a loop repeats, and has the stack's own name, as CDK writes it. */
const gathering = (stack: string, hash: string, ...refs: readonly string[]): object => ({
  [`States${stack.replaceAll('-', '')}page${hash}`]: {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: {
      AlarmName: `${stack}-page`,
      AlarmRule: { 'Fn::Join': ['', ['ALARM("', ...refs.map((name) => ({ Ref: `shop${name}page` })), '")']] },
    },
  },
});

interface Shape {
  readonly stack?: string;
  /** Beside the loop. */
  readonly others?: object;
  readonly names?: readonly string[];
  readonly body?: object;
  readonly rest?: object;
  readonly region?: string;
}

let count = 0;
function stackOf({
  names = ['s1', 's2'],
  body = ALARM,
  rest = {},
  others = {},
  stack: name = 'shop-alarms',
  region = 'eu-west-1',
}: Shape): PolicyValidationStack {
  const templatePath = join(directory, `${++count}.template.json`);
  const Resources = { 'Fn::ForEach::Alarms': ['Unit', names, { 'shop${Unit}load': body }], ...others };
  writeFileSync(templatePath, JSON.stringify({ Resources, ...rest }));
  return { stackConstructPath: `Pipeline/${name}`, templatePath, accountId: '111122223333', region };
}

const groupSizes = (...shapes: readonly Shape[]): readonly number[] =>
  alikeTemplates(shapes.map(stackOf)).map((group) => group.length);

test('loops of the same body over names that differ in their numbers are alike', () => {
  expect(groupSizes({}, { names: ['s3', 's4'] }, { names: ['s8', 's9'] })).toEqual([3]);
});

const first: Shape = { stack: 'shop-s0', others: gathering('shop-s0', 'E4032272', 's1', 's2') };

test('what has the stack’s own name, and gathers each of the loop in its place, is alike', () => {
  const names = ['s3', 's4'];
  expect(groupSizes(first, { stack: 'shop-s1', names, others: gathering('shop-s1', '72FB3B50', 's3', 's4') })).toEqual([
    2,
  ]);
});

test.each<[string, object]>([
  ['gathers another in one’s place', gathering('shop-s1', '72FB3B50', 's4', 's3')],
  ['gathers one twice', gathering('shop-s1', '72FB3B50', 's3', 's3')],
  ['gathers one that it has not', gathering('shop-s1', '72FB3B50', 's3', 's5')],
  ['has the name of another stack', gathering('shop-s0', 'E4032272', 's3', 's4')],
])('what %s is not', (_, others) => {
  expect(groupSizes(first, { stack: 'shop-s1', names: ['s3', 's4'], others })).toEqual([1, 1]);
});

test.each<[string, Shape]>([
  ['longer names', { names: ['s10', 's11'] }],
  ['other letters', { names: ['t1', 't2'] }],
  ['more names', { names: ['s1', 's2', 's3'] }],
  ['another body', { body: { ...ALARM, Properties: { ...ALARM.Properties, Threshold: 80 } } }],
  ['something else in the template', { rest: { Description: 'another' } }],
  ['another region', { region: 'eu-central-1' }],
])('%s are not', (_, shape) => {
  expect(groupSizes({}, shape)).toEqual([1, 1]);
});

test('a template without loops is like no other, not even one of the same text', () => {
  const [one, other] = [stackOf({}), stackOf({})];
  for (const { templatePath } of [one, other])
    writeFileSync(templatePath, JSON.stringify({ Resources: { Load: ALARM } }));
  expect(alikeTemplates([one, other])).toEqual([[one], [other]]);
});
