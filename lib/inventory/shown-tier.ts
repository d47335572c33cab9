import type { StoreDefinition, TierDefinition } from '../definition';
import { serverName } from '../definition/names/stacks';
import type { ShownStore, ShownTier } from '../watch';
import { watchPlans, type PlannedState, type WatchPlan } from './watch-plan';
import type { GivenName } from './watch-unit';

/** States of parts of a store that somebody can take in at a glance. */
const STATES_SEEN = 48;

/** Everything that the dashboard of a watched tier shows, in the tier's own region. */
export function shownTier(
  tier: TierDefinition,
  givenName: GivenName,
  place: Pick<ShownTier, 'region' | 'alarmArn'>,
): ShownTier {
  const plans = watchPlans(tier, givenName);
  return {
    ...place,
    tier: tier.name,
    stage: tier.stage.name,
    stores: Object.values(tier.stores).map((store) => shownStore(tier, store, plans)),
    operations: statesOf(plans.filter(({ store }) => store === undefined)).map(({ name }) => name),
  };
}

const statesOf = (plans: readonly WatchPlan[]): readonly PlannedState[] => plans.flatMap(({ states }) => states);

/** Of a store that is imported, and of which nobody wrote the servers, nothing is measured; the smoke test tells of it all the same. */
function shownStore(tier: TierDefinition, store: StoreDefinition, plans: readonly WatchPlan[]): ShownStore {
  const { name, kind } = store;
  const own = plans.filter((plan) => plan.store === name);
  const isWhole = (state: string): boolean => state.replace(/-(page|ticket)$/, '') === serverName(tier, name);
  const states = statesOf(own);
  const others = states.filter(({ name: state }) => !isWhole(state));
  const telling = others.filter(({ does }) => does === 'tells');
  // Of many shards those that gather them: who is told is told which.
  const seen = telling.length > STATES_SEEN ? others.filter(({ does }) => does === 'shows') : telling;
  return {
    name,
    kind,
    shown: own.flatMap(({ watched }) => watched.map((each) => each.watched)),
    states: [...states.filter(({ name: state }) => isWhole(state)), ...seen].map((state) => state.name),
  };
}
