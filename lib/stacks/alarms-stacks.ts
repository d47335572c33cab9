import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { watchPlans, type WatchPlan } from '../inventory';
import { AlarmsStack } from './alarms-stack';
import type { Store } from './store';
import { tableNames } from './table-names';

/** The stacks of alarms of a tier, the topic first, so that the first alarm is told to somebody; none where nobody is woken. */
export function alarmsStacks(scope: Construct, tier: TierDefinition, stores: readonly Store[]): readonly Stack[] {
  const made: { readonly plan: WatchPlan; readonly stack: Stack }[] = [];
  const plans = watchPlans(tier, tableNames(stores));
  for (const plan of plans) {
    const before = made.filter((other) => other.plan.store === undefined || gathers(plan, other.plan));
    // An alarm that is there before its server would go off.
    const watched = stores.find(({ name }) => name === plan.store)?.stacks ?? [];
    const stack = new AlarmsStack(scope, tier, { plan, after: [...before.map((other) => other.stack), ...watched] });
    made.push({ plan, stack });
  }
  return made.map(({ stack }) => stack);
}

/** Whether a rule of one names an alarm of the other. */
function gathers({ states }: WatchPlan, other: WatchPlan): boolean {
  const names = new Set([
    ...other.watched.flatMap(({ alarms }) => alarms.map(({ name }) => name)),
    ...other.states.map(({ name }) => name),
  ]);
  return states.some(({ of }) => of.some((name) => names.has(name)));
}
