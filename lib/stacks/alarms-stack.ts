import {
  ArnFormat,
  CrossStackReferences,
  ReferenceStrength,
  RemovalPolicy,
  Stack,
  type CfnResource,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  AlarmTopic,
  CacheEventRule,
  GatheringAlarm,
  RepeatedAlarms,
  ServerEventSubscription,
  WatchedAlarms,
  type GatheringAlarmProps,
  type RepeatedUnit,
} from '../../constructs';
import type { StoreDefinition, TierDefinition } from '../definition';
import type { PlannedState, WatchPlan } from '../inventory';
import type { EventService, EventSource, Urgency, WatchedSort } from '../watch';
import { stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { stackSettings, tagStack } from './stack-settings';

/** Scopes of their own, so that what is watched may be called whatever it likes. */
const SCOPES: Readonly<Record<WatchedSort, string>> = {
  server: 'Servers',
  cluster: 'Clusters',
  proxy: 'Proxies',
  table: 'Tables',
  tableIndex: 'TableIndexes',
  tableReplica: 'TableReplicas',
  cacheNode: 'CacheNodes',
  serverlessCache: 'Caches',
  documentServer: 'DocumentServers',
  documentCluster: 'DocumentClusters',
  elasticDocuments: 'ElasticClusters',
  graphServer: 'GraphServers',
  graphCluster: 'GraphClusters',
  smokeTest: 'Functions',
  provisioning: 'Functions',
  rotation: 'Functions',
  topic: 'Topics',
  maintenance: 'Maintenance',
};

/** Id of a subscription, and what its name has after its stack's. RDS has one of each store. */
const SUBSCRIPTIONS: Readonly<Record<EventService, Readonly<Record<EventSource, readonly [string, ...string[]]>>>> = {
  RDS: { 'db-cluster': ['Events'], 'db-instance': ['Events'] },
  DocDB: { 'db-cluster': ['Events'], 'db-instance': ['ServerEvents', 'servers'] },
  Neptune: { 'db-cluster': ['Events'], 'db-instance': ['ServerEvents', 'servers'] },
};

export interface AlarmsStackProps {
  readonly plan: WatchPlan;
  /** Stacks that hold what it watches, and alarms that it gathers. */
  readonly after: readonly Stack[];
}

/** One stack of alarms. It refers to servers, functions and topics by their names, and to tables weakly, whose names are CloudFormation's. */
export class AlarmsStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, { plan, after }: AlarmsStackProps) {
    const { parts, store } = plan;
    const settings = stackSettings(tier, parts, store === undefined ? 'where alarms go' : `alarms of store ${store}`);
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    for (const stack of after) this.addStackDependency(stack);
    const topic = store === undefined ? this.makeTopic(tier) : undefined;
    const topicArn = topicArnOf(this, tier);
    const made = new Map<string, CfnResource>();
    const units = this.repeatedUnits(tier, plan, topicArn);
    const repeated = units.length > 0 ? new RepeatedAlarms(this, 'Units', { units }) : undefined;
    for (const { id, watched, alarms } of plan.watched.filter(isAlone)) {
      const own = new WatchedAlarms(this.scopeOf(SCOPES[watched.sort]), id, { watched, alarms });
      alarms.forEach(({ name }, index) => made.set(name, own.alarms[index] as CfnResource));
    }
    for (const state of plan.states.filter(isAlone)) {
      // What comes of loops is no construct: a reference is what waits for it.
      const of = state.of.map((name) => repeated?.refOf(name) ?? name);
      const props = { ...gathering(tier, state, topicArn), of };
      const { alarm } = new GatheringAlarm(this.scopeOf('States'), state.name, props);
      // Its rule knows the others by their names only.
      for (const name of [...state.of, state.silencedBy ?? '']) {
        const other = made.get(name);
        if (other !== undefined) alarm.addResourceDependency(other);
      }
      if (topic !== undefined) alarm.node.addDependency(topic);
      made.set(state.name, alarm);
    }
    this.tellEvents(tier, plan, topicArn);
    tagStack(this, tier, store === undefined ? {} : { store });
  }

  private tellEvents(tier: TierDefinition, { parts, events }: WatchPlan, topicArn: string): void {
    for (const told of events) {
      if (told.service === 'ElastiCache') {
        new CacheEventRule(this, 'Events', { cacheName: told.of, topicArn });
      } else {
        const [id, ...name] = SUBSCRIPTIONS[told.service][told.from];
        const subscriptionName = stackName(tier, ...parts, ...name);
        new ServerEventSubscription(this, id, { ...told, subscriptionName, topicArn });
      }
    }
  }

  private makeTopic(tier: TierDefinition): AlarmTopic {
    const topic = new AlarmTopic(this, 'Alarms', {
      topicName: stackName(tier, 'alarms'),
      displayName: `${tier.name}/${tier.stage.name}`,
      keyPendingWindow: PROFILE_SETTINGS[tier.stage.profile].keyPendingWindow,
      // It encrypts messages under way, nothing that is kept.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Nobody else tells by way of EventBridge.
    if (Object.values(tier.stores).some(isServerlessCache)) topic.allowEventRules();
    return topic;
  }

  private repeatedUnits(
    tier: TierDefinition,
    { watched, states }: WatchPlan,
    topicArn: string,
  ): readonly RepeatedUnit[] {
    const names = new Set([...watched, ...states].flatMap(({ repeatedFor }) => repeatedFor ?? []));
    const watchedBy = groupedByUnit(watched);
    const statesBy = groupedByUnit(states);
    return [...names].map((name) => ({
      name,
      watched: watchedBy.get(name) ?? [],
      gathering: (statesBy.get(name) ?? []).map((state) => gathering(tier, state, topicArn)),
    }));
  }

  private scopeOf(id: string): Construct {
    return (this.node.tryFindChild(id) as Construct | undefined) ?? new Construct(this, id);
  }
}

type MayRepeat = Pick<PlannedState, 'repeatedFor'>;

const isAlone = ({ repeatedFor }: MayRepeat): boolean => repeatedFor === undefined;

function groupedByUnit<T extends MayRepeat>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    if (each.repeatedFor === undefined) continue;
    const group = groups.get(each.repeatedFor);
    if (group === undefined) groups.set(each.repeatedFor, [each]);
    else group.push(each);
  }
  return groups;
}

function gathering(
  tier: TierDefinition,
  { name, urgency, of, does, silencedBy }: PlannedState,
  topicArn: string,
): GatheringAlarmProps {
  return {
    alarmName: name,
    alarmDescription: `${tier.name}/${tier.stage.name}: ${MEANINGS[urgency]} It gathers ${of.length} others and says which went off`,
    of,
    ...(does === 'tells' && {
      topicArns: [topicArn, ...othersTold(tier, urgency)],
      ...(silencedBy !== undefined && { silencedBy }),
    }),
  };
}

const MEANINGS: Readonly<Record<Urgency, string>> = {
  page: 'Something is broken, or about to be.',
  ticket: 'Something wants to be looked at in working hours.',
};

const isServerlessCache = (store: StoreDefinition): boolean =>
  store.kind === 'valkey' && store.shape.kind === 'serverlessCache';

/** Topics of the stage's own region that its definition names. */
function othersTold({ stage: { awayFrom, alarms } }: TierDefinition, urgency: Urgency): readonly string[] {
  const topic = awayFrom === undefined ? alarms?.topics[urgency] : undefined;
  return topic === undefined ? [] : [topic];
}

/** The topic's ARN in words: stacks of alarms know it without a reference. */
const topicArnOf = (stack: Stack, tier: TierDefinition): string =>
  stack.formatArn({ service: 'sns', resource: stackName(tier, 'alarms'), arnFormat: ArnFormat.NO_RESOURCE_NAME });
