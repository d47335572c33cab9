import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { watchPlans } from '../inventory';
import { AlarmsStack } from './alarms-stack';
import type { Store } from './store';
import { givenNames } from './given-names';

/** The stacks of alarms of a tier, the topic first, so that the first alarm is told to somebody; none where nobody is woken. */
export function alarmsStacks(scope: Construct, tier: TierDefinition, stores: readonly Store[]): readonly Stack[] {
  const made: Stack[] = [];
  const topics: Stack[] = [];
  const holders = new Map<string, Stack>();
  for (const plan of watchPlans(tier, givenNames(stores))) {
    const gathered = new Set(plan.states.flatMap(({ of }) => of.flatMap((name) => holders.get(name) ?? [])));
    // An alarm that is there before its server would go off.
    const watched = stores.find(({ name }) => name === plan.store)?.stacks ?? [];
    const stack = new AlarmsStack(scope, tier, { plan, after: [...topics, ...gathered, ...watched] });
    for (const { alarms } of plan.watched) for (const { name } of alarms) holders.set(name, stack);
    for (const { name } of plan.states) holders.set(name, stack);
    if (plan.store === undefined) topics.push(stack);
    made.push(stack);
  }
  return made;
}
