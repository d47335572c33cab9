import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { watchPlans, type PlannedState, type WatchPlan } from '../inventory';
import { dashboardBody, type ShownStore, type ShownTier } from '../watch';
import { serverName, stackName } from './names';
import type { Store } from './store';
import { givenNames } from './given-names';

export interface TierDashboardProps {
  readonly tier: TierDefinition;
  readonly stores: readonly Store[];
}

/** A watched tier on one dashboard of CloudWatch. It knows alarms and servers by their names. */
export class TierDashboard extends Construct {
  constructor(scope: Construct, id: string, { tier, stores }: TierDashboardProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const shown = shownTier(stack, tier, watchPlans(tier, givenNames(stores)));
    new cloudwatch.CfnDashboard(this, 'Resource', {
      dashboardName: stackName(tier),
      dashboardBody: stack.toJsonString(dashboardBody(shown)),
    });
  }
}

/** States of parts of a store that somebody can take in at a glance. */
const STATES_SEEN = 48;

function shownTier(stack: Stack, tier: TierDefinition, plans: readonly WatchPlan[]): ShownTier {
  const statesOf = (of: readonly WatchPlan[]): readonly PlannedState[] => of.flatMap(({ states }) => states);
  const shown = ({ name, kind }: { readonly name: string; readonly kind: string }): readonly ShownStore[] => {
    const own = plans.filter(({ store }) => store === name);
    if (own.length === 0) return [];
    const isWhole = (state: string): boolean => state.replace(/-(page|ticket)$/, '') === serverName(tier, name);
    const states = statesOf(own);
    const others = states.filter(({ name: state }) => !isWhole(state));
    // Of many shards those that gather them: who is told is told which.
    const seen = others.length > STATES_SEEN ? others.filter(({ does }) => does === 'shows') : others;
    return [
      {
        name,
        kind,
        watched: own.flatMap(({ watched }) => watched.map((each) => each.watched)),
        states: [...states.filter(({ name: state }) => isWhole(state)), ...seen].map((state) => state.name),
      },
    ];
  };
  return {
    tier: tier.name,
    stage: tier.stage.name,
    region: stack.region,
    stores: Object.values(tier.stores).flatMap(shown),
    operations: statesOf(plans.filter(({ store }) => store === undefined)).map(({ name }) => name),
    alarmArn: (name) =>
      stack.formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
  };
}
