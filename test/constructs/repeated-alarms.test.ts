import { App, Stack, Tags } from 'aws-cdk-lib';
import { GatheringAlarm, RepeatedAlarms, WatchedAlarms, type RepeatedUnit } from '../../constructs';
import { expandLoops } from '../../lib/stacks/expand-loops';
import { alarmsOf, type Watched } from '../../lib/watch';
import { alarmRule } from '../support/alarm-rule';
import type { Resource } from '../support/synthesized-tier';

/** A unit of one server and its proxy. */
function unitOf(name: string, vcpu = 2): RepeatedUnit {
  const things: readonly Watched[] = [
    { sort: 'server', identifier: `${name}-a`, engine: 'aurora-postgres', role: 'primary', vcpu, memoryGiB: 16 },
    { sort: 'proxy', identifier: `${name}-proxy` },
  ];
  const watched = things.map((each) => ({ watched: each, alarms: alarmsOf(each) }));
  const of = watched.flatMap(({ alarms }) => alarms.map((alarm) => alarm.name));
  const gathering = { alarmDescription: 'something is ill', of, topicArns: ['arn:topic'], silencedBy: 'work' };
  return { name, watched, gathering: [{ alarmName: `${name}-page`, ...gathering }] };
}

const UNITS = [unitOf('blog-posts-s1'), unitOf('blog-posts-s10'), unitOf('blog-posts-s2', 8)];

function resourcesOf(fill: (stack: Stack) => void): Record<string, Resource> {
  const app = new App();
  const stack = new Stack(app, 'alarms');
  fill(stack);
  Tags.of(stack).add('tier', 'blog');
  return (app.synth().stacks[0]?.template as { Resources: Record<string, Resource> }).Resources;
}

const repeated = resourcesOf((stack) => new RepeatedAlarms(stack, 'Units', { units: UNITS }));
const expanded = expandLoops(repeated);

test('what CloudFormation makes of loops is what constructs make of each', () => {
  const each = resourcesOf((stack) => {
    for (const { name, watched, gathering } of UNITS) {
      for (const one of watched) new WatchedAlarms(stack, `${name}${one.watched.sort}`, one);
      for (const props of gathering) new GatheringAlarm(stack, props.alarmName, props);
    }
  });
  const byName = (resources: Record<string, Resource>) =>
    Object.values(resources)
      .map((resource): Pick<Resource, 'Type' | 'Properties'> => {
        const { Type, Properties } = resource;
        if (Type !== 'AWS::CloudWatch::CompositeAlarm') return { Type, Properties };
        return { Type, Properties: { ...Properties, AlarmRule: alarmRule(resource, resources).text } };
      })
      .sort((one, other) => (String(one.Properties['AlarmName']) < String(other.Properties['AlarmName']) ? -1 : 1));
  expect(byName(expanded)).toEqual(byName(each));
  expect(Object.keys(expanded)).toHaveLength(Object.keys(each).length);
});

test('those alike are written once, and a unit has the same logical ids whether it is alike or not', () => {
  const loops = Object.values(repeated).map((loop) => (loop as unknown as readonly [string, string[]])[1]);
  expect(loops).toEqual([['s1', 's10'], ['s2']]);
  const alone = expandLoops(resourcesOf((stack) => new RepeatedAlarms(stack, 'Units', { units: UNITS.slice(0, 1) })));
  expect(Object.keys(expanded)).toEqual(expect.arrayContaining(Object.keys(alone)));
  for (const id of Object.keys(expanded)) expect(id).toMatch(/^[A-Za-z][A-Za-z0-9]{0,254}$/);
});

test('what gathers alarms waits for them', () => {
  const page = expanded['blogpostss10page'] as Resource;
  const { refers, text } = alarmRule(page, expanded);
  expect(refers.length).toBeGreaterThan(5);
  expect(text.split(' OR ')).toHaveLength(refers.length);
  for (const id of refers) {
    expect(expanded[id]?.Type).toBe('AWS::CloudWatch::Alarm');
    expect(id).toMatch(/^blogpostss10(a|proxy)[A-Z]/);
  }
});

// CloudFormation fills in logical ids by itself, and elsewhere what `Fn::Sub` says: cfn-language-discussion, RFC 9 and issue 162.
test('loops ask for nothing that CloudFormation may leave as it is', () => {
  for (const loop of Object.values(repeated)) {
    const [identifier, ends, body] = loop as unknown as readonly [string, string[], Record<string, object>];
    for (const end of ends) expect(end).toMatch(/^[A-Za-z0-9]+$/);
    for (const [id, resource] of Object.entries(body)) {
      expect(id).toContain(`\${${identifier}}`);
      expect(Object.keys(resource).sort()).toEqual(['Properties', 'Type']);
      const text = JSON.stringify(resource);
      expect(text).not.toContain('&{');
      expect(text.replaceAll(/\{"Fn::Sub":"(?:[^"\\]|\\.)*"\}/g, '')).not.toContain('${');
    }
  }
});
