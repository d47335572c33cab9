import type { TierDefinition } from '../definition';
import { shardStackOf, stackName } from '../definition/stack-names';
import type { ResourceGroup, Server } from './inventory';

/** Provisioning and the smoke test: each is a function, and a step of a deployment that calls it by a function of its own. */
const FUNCTIONS = 2;

/** The stack `operations`. */
export function operationsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  return [
    {
      stack: stackName(tier, 'operations'),
      part: 'operations',
      resources: {
        'AWS::Lambda::Function': 2 * FUNCTIONS,
        'AWS::Lambda::EventInvokeConfig': FUNCTIONS,
        'AWS::Logs::LogGroup': FUNCTIONS,
        'Custom::Provision': 1,
        'Custom::SmokeTest': 1,
        ...(isWatched(tier) ? { 'AWS::Scheduler::Schedule': 1 } : {}),
        'AWS::IAM::Role': 2 * FUNCTIONS + (isWatched(tier) ? 1 : 0),
        'AWS::IAM::Policy': 2 * FUNCTIONS + (isWatched(tier) ? 1 : 0),
      },
    },
  ];
}

/** The stack `alarms`, and one of alarms a store or a stack of shards; none where nobody is woken. */
export function alarmsInventory(tier: TierDefinition, servers: readonly Server[]): readonly ResourceGroup[] {
  if (!isWatched(tier)) return [];
  return [
    {
      stack: stackName(tier, 'alarms'),
      part: 'alarms',
      resources: {
        'AWS::CloudWatch::Alarm': SMOKE_ALARMS,
        'AWS::KMS::Key': 1,
        'AWS::SNS::Topic': 1,
        'AWS::SNS::TopicPolicy': 1,
      },
    },
    ...servers.map((server) => ({
      stack: stackName(tier, server.store, 'alarms', ...shardStacksOf(server)),
      part: server.store,
      resources: { 'AWS::CloudWatch::Alarm': alarmsOf(server, servers) },
    })),
  ];
}

/** A failed proof, and none made. */
const SMOKE_ALARMS = 2;

/** Whether somebody is told when a promise breaks. */
export const isWatched = ({ stage }: TierDefinition): boolean => stage.profile === 'protected';

const shardOf = ({ name }: Server): string => name.replace(/-[^-]*$/, '');

const shardStacksOf = (server: Server): readonly string[] =>
  server.engine === 'postgres' ? [] : [shardStackOf(shardOf(server))];

/** Processors, memory and connections of every server; load where processors are known; storage of its own; lag of whoever may follow. */
function alarmsOf(server: Server, servers: readonly Server[]): number {
  const isMember =
    servers.filter((other) => other.store === server.store && shardOf(other) === shardOf(server)).length > 1;
  const follows = server.engine === 'postgres' ? server.name !== 'primary' : isMember;
  return 3 + [server.class !== 'serverless', server.storage !== undefined, follows].filter(Boolean).length;
}
