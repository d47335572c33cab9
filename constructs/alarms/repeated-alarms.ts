import { CfnElement, Stack, TagManager, TagType, type ITaggable } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Alarm, Watched } from '../../lib/watch';
import { alarmProps } from './alarm-props';
import { gatheringProps, type GatheringAlarmProps } from './gathering-alarm';

/** One of many things alike, and all of its alarms. */
export interface RepeatedUnit {
  /** In the names of all that is here and of no other: `blog-prod-posts-s0`. */
  readonly name: string;
  readonly watched: readonly { readonly watched: Watched; readonly alarms: readonly Alarm[] }[];
  /** Alarms that gather these, in the order in which they can be made. */
  readonly gathering: readonly GatheringAlarmProps[];
}

export interface RepeatedAlarmsProps {
  readonly units: readonly RepeatedUnit[];
}

/** Stands for a unit's name in every text of a loop; as a part of a logical id, for its letters and digits. */
const [NAME, ID] = ['${Unit}', '&{Unit}'];

/**
 * The alarms of many things alike, each written once and repeated by CloudFormation (`Fn::ForEach`): a tier of hundreds of shards has thousands, for
 * which constructs take longer than for all of its databases. What comes of it is the same as {@link WatchedAlarms} and {@link GatheringAlarm} of each,
 * under logical ids that don't change when a unit becomes unlike the others.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 */
export class RepeatedAlarms extends CfnElement implements ITaggable {
  readonly tags = new TagManager(TagType.STANDARD, 'AWS::CloudWatch::Alarm');
  /** Names of those that are alike, by what they have in common: resources without tags, as text. */
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
      if (alike === undefined) this.loops.set(body, [unit.name]);
      else alike.push(unit.name);
    }
  }

  /** Logical id of an alarm here that gathers others, for those that wait for it; undefined where it is none. */
  logicalIdOf(alarmName: string): string | undefined {
    return this.ids.get(alarmName);
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
        [...this.loops].map(([body, names], index) => [
          `Fn::ForEach::Alarms${index + 1}`,
          ['Unit', names, tagged(body)],
        ]),
      ),
    };
  }
}

interface LoopedResource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: object;
}

/** What CloudFormation leaves of a text in a logical id. */
const withoutSigns = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '');

/** What is repeated, as text: units with the same are alike. */
function bodyOf({ name, watched, gathering }: RepeatedUnit): string {
  const idOf = (alarm: string): string => `${ID}${withoutSigns(alarm.replace(name, ''))}`;
  const resources = new Map<string, LoopedResource>();
  for (const { watched: thing, alarms } of watched) {
    for (const alarm of alarms) {
      const Properties = capitalized(alarmProps(thing, alarm)) as object;
      resources.set(idOf(alarm.name), { Type: 'AWS::CloudWatch::Alarm', Properties });
    }
  }
  for (const props of gathering) {
    // Its rule knows the others by their names only.
    const DependsOn = props.of.map(idOf).filter((id) => resources.has(id));
    const Properties = capitalized(gatheringProps(props)) as object;
    resources.set(idOf(props.alarmName), {
      Type: 'AWS::CloudWatch::CompositeAlarm',
      ...(DependsOn.length > 0 && { DependsOn }),
      Properties,
    });
  }
  return JSON.stringify(Object.fromEntries(resources)).replaceAll(name, NAME);
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
