import type { TierDefinition } from '../definition';
import { stackName } from '../definition/names/stacks';
import type { ResourceGroup } from './inventory';
import type { ResourceType } from './resource-type';
import { watchPlans, type ToldEvents } from './watch-plan';

/** The stack `alarms`, with the topic that they tell, and those of the stores; none where nobody is woken. */
export function alarmsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  // What AWS calls a table counts for nothing here.
  return watchPlans(tier, (store, of) => `${store} ${of}`).map(({ parts, store, watched, states, events }) => ({
    stack: stackName(tier, ...parts),
    part: store ?? 'alarms',
    resources: {
      ...(watched.length > 0 && {
        'AWS::CloudWatch::Alarm': watched.reduce((sum, { alarms }) => sum + alarms.length, 0),
      }),
      ...(states.length > 0 && { 'AWS::CloudWatch::CompositeAlarm': states.length }),
      ...subscriptionsOf(events),
      ...(store === undefined && {
        'AWS::KMS::Key': 1,
        'AWS::SNS::Topic': 1,
        'AWS::SNS::TopicPolicy': 1,
      }),
    },
  }));
}

function subscriptionsOf(events: readonly ToldEvents[]): Partial<Readonly<Record<ResourceType, number>>> {
  const types = events.map(({ service }) => SUBSCRIPTION_TYPES[service]);
  return Object.fromEntries(types.map((type) => [type, types.filter((each) => each === type).length]));
}

const SUBSCRIPTION_TYPES = {
  RDS: 'AWS::RDS::EventSubscription',
  DocDB: 'AWS::DocDB::EventSubscription',
  Neptune: 'AWS::Neptune::EventSubscription',
  ElastiCache: 'AWS::Events::Rule',
} as const satisfies Readonly<Record<ToldEvents['service'], ResourceType>>;
