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

interface Shape {
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
  region = 'eu-west-1',
}: Shape): PolicyValidationStack {
  const name = `stack${++count}`;
  const templatePath = join(directory, `${name}.template.json`);
  const Resources = { 'Fn::ForEach::Alarms': ['Unit', names, { 'shop${Unit}load': body }] };
  writeFileSync(templatePath, JSON.stringify({ Resources, ...rest }));
  return { stackConstructPath: name, templatePath, accountId: '111122223333', region };
}

const groupSizes = (...shapes: readonly Shape[]): readonly number[] =>
  alikeTemplates(shapes.map(stackOf)).map((group) => group.length);

test('loops of the same body over names that differ in their numbers are alike', () => {
  expect(groupSizes({}, { names: ['s3', 's4'] }, { names: ['s8', 's9'] })).toEqual([3]);
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
