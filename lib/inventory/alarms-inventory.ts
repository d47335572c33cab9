import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import type { ResourceGroup } from './inventory';
import { watchPlans } from './watch-plan';

/** The stack `alarms`, with the topic that they tell, and those of the stores; none where nobody is woken. */
export function alarmsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  // What a table is called counts for nothing here.
  return watchPlans(tier, (store, table) => `${store} ${table}`).map(({ parts, store, watched, states, events }) => ({
    stack: stackName(tier, ...parts),
    part: store ?? 'alarms',
    resources: {
      ...(watched.length > 0 && {
        'AWS::CloudWatch::Alarm': watched.reduce((sum, { alarms }) => sum + alarms.length, 0),
      }),
      ...(states.length > 0 && { 'AWS::CloudWatch::CompositeAlarm': states.length }),
      ...(events && { 'AWS::RDS::EventSubscription': 1 }),
      ...(store === undefined && {
        'AWS::KMS::Key': 1,
        'AWS::SNS::Topic': 1,
        'AWS::SNS::TopicPolicy': 1,
      }),
    },
  }));
}
