import { CfnElement, Fn, Stack, TagManager, TagType, type ITaggable } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { anyOf, type Alarm, type Watched } from '../../lib/watch';
import { alarmProps } from './alarm-props';
import { gatheringProps, type GatheringAlarmProps } from './gathering-alarm';

/** One of many things alike, and all of its alarms. */
export interface RepeatedUnit {
  /** In the names of all that is here and of no other, with letters and digits after its last hyphen: `blog-prod-posts-s0`. */
  readonly name: string;
  readonly watched: readonly { readonly watched: Watched; readonly alarms: readonly Alarm[] }[];
  /** Alarms that gather these, in the order in which they can be made. */
  readonly gathering: readonly GatheringAlarmProps[];
}

export interface RepeatedAlarmsProps {
  readonly units: readonly RepeatedUnit[];
}

/**
 * Stands for the end of a unit's name. CloudFormation puts it into logical ids, and into texts where they say `Fn::Sub`; names have hyphens, which
 * `&{…}` would leave out of logical ids only, not where others refer to them.
 *
 * @see https://github.com/aws-cloudformation/cfn-language-discussion/issues/162
 */
const UNIT = '${Unit}';

/**
 * The alarms of many things alike, each written once and repeated by CloudFormation (`Fn::ForEach`): a tier of hundreds of shards has thousands, for
 * which constructs take longer than for all of its databases. What comes of it is the same as {@link WatchedAlarms} and {@link GatheringAlarm} of each,
 * under logical ids that don't change when a unit becomes unlike the others.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 */
export class RepeatedAlarms extends CfnElement implements ITaggable {
  readonly tags = new TagManager(TagType.STANDARD, 'AWS::CloudWatch::Alarm');
  /** Ends of the names of those that are alike, by what they have in common: resources without tags, as text. */
  private readonly loops = new Map<string, string[]>();
  /** Logical ids that alarms have once CloudFormation has repeated them, by the alarms' names. */
  private readonly ids = new Map<string, string>();

  constructor(scope: Construct, id: string, { units }: RepeatedAlarmsProps) {
    super(scope, id);
    Stack.of(this).addTransform('AWS::LanguageExtensions');
    for (const unit of units) {
      for (const { alarmName } of unit.gathering) this.ids.set(alarmName, withoutSigns(alarmName));
      const body = bodyOf(unit);
      const alike = this.loops.get(body);
      const end = endOf(unit.name);
      if (alike === undefined) this.loops.set(body, [end]);
      else alike.push(end);
    }
  }

  /** Reference to an alarm here that gathers others, which is its name; undefined where it is none. */
  refOf(alarmName: string): string | undefined {
    const id = this.ids.get(alarmName);
    return id === undefined ? undefined : Fn.ref(id);
  }

  /** What CDK asks of every part of a template. It has no construct of its own for loops. */
  _toCloudFormation(): object {
    const Tags = capitalized(this.tags.renderTags());
    const tagged = (body: string): object =>
      Object.fromEntries(
        Object.entries(JSON.parse(body) as Record<string, LoopedResource>).map(([id, resource]) => [
          id,
          { ...resource, Properties: { ...resource.Properties, Tags } },
        ]),
      );
    return {
      Resources: Object.fromEntries(
        [...this.loops].map(([body, ends], index) => [`Fn::ForEach::Alarms${index + 1}`, ['Unit', ends, tagged(body)]]),
      ),
    };
  }
}

interface LoopedResource {
  readonly Type: string;
  readonly Properties: object;
}

/** What CloudFormation leaves of a text in a logical id. */
const withoutSigns = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '');

/** What units that are alike differ in. */
const endOf = (name: string): string => name.slice(name.lastIndexOf('-') + 1);

/** What is repeated, as text: units with the same are alike. */
function bodyOf({ name, watched, gathering }: RepeatedUnit): string {
  const start = name.slice(0, -endOf(name).length);
  const idOf = (alarm: string): string => `${withoutSigns(start)}${UNIT}${withoutSigns(alarm.replace(name, ''))}`;
  const resources = new Map<string, LoopedResource>();
  const add = (alarm: string, Type: string, props: object): void => {
    resources.set(idOf(alarm), { Type, Properties: looped(capitalized(props), name, `${start}${UNIT}`) as object });
  };
  for (const { watched: thing, alarms } of watched)
    for (const alarm of alarms) add(alarm.name, 'AWS::CloudWatch::Alarm', alarmProps(thing, alarm));
  for (const props of gathering) {
    const alarmRule = waitingRule(props.of, (alarm) => (resources.has(idOf(alarm)) ? idOf(alarm) : undefined));
    add(props.alarmName, 'AWS::CloudWatch::CompositeAlarm', { ...gatheringProps(props), alarmRule });
  }
  return JSON.stringify(Object.fromEntries(resources));
}

/** Rule that refers to the alarms that are here, so that they are made before and deleted after it. */
function waitingRule(of: readonly string[], idOf: (alarm: string) => string | undefined): unknown {
  const parts = anyOf(of).split('"');
  return {
    'Fn::Join': [
      '"',
      parts.map((part, index) => {
        // Every other one is a name, which stood in quotes.
        const id = index % 2 === 1 ? idOf(part) : undefined;
        return id === undefined ? part : { Ref: { 'Fn::Sub': id } };
      }),
    ],
  };
}

/** With what stands for a unit's name in all texts that have it. */
function looped(value: unknown, name: string, instead: string): unknown {
  if (typeof value === 'string') return value.includes(name) ? { 'Fn::Sub': value.replaceAll(name, instead) } : value;
  if (Array.isArray(value)) return value.map((inner) => looped(inner, name, instead));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, looped(inner, name, instead)]));
}

/** As templates write it what CDK's properties say: `alarmName` is `AlarmName`. */
function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalized);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key === 'okActions' ? 'OKActions' : `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      capitalized(inner),
    ]),
  );
}
