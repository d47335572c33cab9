import type { TierDefinition } from '../definition';
import { serverName } from '../definition/names/stacks';
import {
  alarmsOf,
  stateAlarms,
  type Alarm,
  type EventService,
  type EventSource,
  type StateAlarm,
  type Urgency,
  type Watched,
  type WatchedSort,
} from '../watch';
import { isWatched } from './operations-inventory';
import type { GivenName, WatchUnit } from './watch-unit';
import { maintenanceOf, watchUnits } from './watch-units';

/** One stack of alarms. */
export interface WatchPlan {
  /** Of its name, after tier and stage: `['posts', 'alarms', 's0']`. */
  readonly parts: readonly string[];
  /** Absent where it is of no store. */
  readonly store?: string;
  readonly watched: readonly PlannedAlarms[];
  /** In the order in which they can be made: each gathers what is made before it. */
  readonly states: readonly PlannedState[];
  /** What AWS tells of the store by itself; none where the stack is not its store's last. */
  readonly events: readonly ToldEvents[];
}

/** The alarms of one thing. */
export interface PlannedAlarms {
  readonly id: string;
  readonly watched: Watched;
  readonly alarms: readonly Alarm[];
  /** Name of the unit that it is of, where that is one of many alike. */
  readonly repeatedFor?: string;
}

/** An alarm that gathers others, and the one that keeps it silent while somebody works on its store. */
export interface PlannedState extends StateAlarm {
  readonly silencedBy?: string;
  /** Name of the unit that it is of, where that is one of many alike. */
  readonly repeatedFor?: string;
}

/** What AWS tells by itself: of servers or clusters, or of a cache that grows by itself. */
export type ToldEvents = ServerEvents | CacheEvents;

export interface ServerEvents {
  readonly service: EventService;
  readonly from: EventSource;
  /** Their identifiers. */
  readonly of: readonly string[];
}

export interface CacheEvents {
  readonly service: 'ElastiCache';
  /** Name of the cache. */
  readonly of: string;
}

/** One thing that a stack of alarms holds. */
interface Entry {
  readonly parts: readonly string[];
  readonly store?: string;
  readonly watched?: readonly PlannedAlarms[];
  readonly states?: readonly PlannedState[];
  readonly events?: readonly ToldEvents[];
}

/**
 * Every alarm of a tier in its region, by the stack that it is in, in the order in which the stacks deploy; nothing where nobody is woken. A sharded
 * store has a stack of its own after those of its shards, which shows the whole.
 */
export function watchPlans(tier: TierDefinition, givenName: GivenName): readonly WatchPlan[] {
  if (!isWatched(tier)) return [];
  const units = watchUnits(tier, givenName).map((unit) => ({ unit, entries: entriesOf(tier, unit) }));
  const stores = Object.keys(tier.stores);
  const entries = [
    ...units.filter(({ unit }) => unit.store === undefined).flatMap((each) => each.entries),
    ...stores.flatMap((store) => {
      const own = units.filter(({ unit }) => unit.store === store);
      return [...own.flatMap((each) => each.entries), ...wholeOf(tier, store, own)];
    }),
  ];
  return plansOf(entries);
}

type GatheredState = { readonly name: string; readonly severity: Urgency };

type PlannedUnit = { readonly unit: WatchUnit; readonly entries: readonly Entry[] };

/** The alarms of a unit, each in its stack, and then what the unit has to say. */
function entriesOf(tier: TierDefinition, { name, store, stack, watched, form }: WatchUnit): readonly Entry[] {
  const of = store === undefined ? {} : { store };
  const repeated = form === 'repeated' ? { repeatedFor: name } : {};
  const thresholds = tier.stage.alarms?.thresholds[store ?? ''];
  const planned = watched.map(({ stack: elsewhere, ...each }) => ({
    parts: elsewhere ?? stack,
    each: { ...each, ...repeated, alarms: alarmsOf(each.watched, thresholds) },
  }));
  const alarms = planned
    .flatMap(({ each }) => each.alarms)
    .map((alarm) => ({ name: alarm.name, severity: alarm.row.severity }));
  const silenced = store === undefined ? {} : { silencedBy: `${maintenanceOf(tier, store)}-maintenance` };
  return [
    // What others gather comes before them.
    ...planned.filter(({ parts }) => parts !== stack).map(({ parts, each }) => ({ parts, ...of, watched: [each] })),
    ...planned.filter(({ parts }) => parts === stack).map(({ parts, each }) => ({ parts, ...of, watched: [each] })),
    {
      parts: stack,
      ...of,
      states: stateAlarms(name, alarms, 'tells').map((state) => ({ ...state, ...silenced, ...repeated })),
    },
  ];
}

/** What a store shows beyond its units, and what AWS tells of it. */
function wholeOf(tier: TierDefinition, store: string, units: readonly PlannedUnit[]): readonly Entry[] {
  const [first] = units;
  if (first === undefined) return [];
  const watched = units.flatMap(({ unit }) => unit.watched.map((each) => each.watched));
  const name = serverName(tier, store);
  const events = { parts: [store, 'alarms'], store, events: eventsOf(watched) };
  // A store that is one unit has said it all.
  if (first.unit.name === name) return [events];
  const { stacks, states } = statesByStack(tier, store, units);
  return [...stacks, { ...events, states: stateAlarms(name, states, 'shows') }];
}

/**
 * What the units of a store tell, as the store gathers it: of each stack but the store's own, one alarm for each urgency, which stands in that stack.
 * CloudWatch deletes no alarm that another gathers. One stack lets go of an alarm before it deletes it; of two, the one that deletes comes first.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
 */
function statesByStack(
  tier: TierDefinition,
  store: string,
  units: readonly PlannedUnit[],
): { readonly stacks: readonly Entry[]; readonly states: readonly GatheredState[] } {
  const told = new Map<string, { readonly parts: readonly string[]; readonly states: GatheredState[] }>();
  for (const { unit, entries } of units) {
    const { stack: parts } = unit;
    const key = parts.join('/');
    const known = told.get(key) ?? { parts, states: [] };
    told.set(key, known);
    const own = entries.flatMap(({ states = [] }) => states).filter(({ does }) => does === 'tells');
    known.states.push(...own.map((state) => ({ name: state.name, severity: state.urgency })));
  }
  const gathered = [...told.values()].map(({ parts, states }) => {
    if (parts.join('/') === [store, 'alarms'].join('/')) return { states };
    const shown = stateAlarms(serverName(tier, ...parts), states, 'shows');
    return {
      stack: { parts, store, states: shown },
      states: shown.map(({ name, urgency }) => ({ name, severity: urgency })),
    };
  });
  return {
    stacks: gathered.flatMap(({ stack }) => stack ?? []),
    states: gathered.flatMap(({ states }) => states),
  };
}

function eventsOf(watched: readonly Watched[]): readonly ToldEvents[] {
  const named = (sort: WatchedSort): readonly string[] =>
    watched.filter((each) => each.sort === sort).map(({ identifier }) => identifier);
  const told = (service: EventService, from: EventSource, sort: WatchedSort): readonly ServerEvents[] => {
    const of = named(sort);
    // Without a name AWS would tell of every database of the account.
    return of.length === 0 ? [] : [{ service, from, of }];
  };
  const clusters = told('RDS', 'db-cluster', 'cluster');
  return [
    // Of a cluster's servers nothing is told that the cluster does not tell.
    ...(clusters.length > 0 ? clusters : told('RDS', 'db-instance', 'server')),
    ...told('DocDB', 'db-cluster', 'documentCluster'),
    ...told('DocDB', 'db-instance', 'documentServer'),
    ...told('Neptune', 'db-cluster', 'graphCluster'),
    ...told('Neptune', 'db-instance', 'graphServer'),
    ...named('serverlessCache').map((of): CacheEvents => ({ service: 'ElastiCache', of })),
  ];
}

function plansOf(entries: readonly Entry[]): readonly WatchPlan[] {
  const plans = new Map<string, Required<Pick<Entry, 'parts'>> & { readonly entries: Entry[] }>();
  for (const entry of entries) {
    const key = entry.parts.join('/');
    const known = plans.get(key);
    if (known === undefined) plans.set(key, { parts: entry.parts, entries: [entry] });
    else known.entries.push(entry);
  }
  return [...plans.values()].map(({ parts, entries: own }): WatchPlan => {
    const { store } = own[0] ?? {};
    return {
      parts,
      ...(store !== undefined && { store }),
      watched: own.flatMap(({ watched = [] }) => watched),
      states: own.flatMap(({ states = [] }) => states),
      events: own.flatMap(({ events = [] }) => events),
    };
  });
}
