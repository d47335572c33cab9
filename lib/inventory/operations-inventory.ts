import type { TierDefinition } from '../definition';
import { shardStackOf, stackName } from '../definition/stack-names';
import { isInUse } from '../definition/tier-in-region';
import { importedServers, type ImportedServerOf } from './imported-servers';
import type { ResourceGroup, Server } from './inventory';

/**
 * Functions of the kit: provisioning, where there is a primary, and the smoke test. Each has a step of a deployment that calls it by a function of
 * its own.
 */
export const functionsOf = ({ stage }: TierDefinition): number => (stage.awayFrom === undefined ? 2 : 1);

/** The stack `operations`. */
export function operationsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  if (!isInUse(tier)) return [];
  const count = functionsOf(tier);
  return [
    {
      stack: stackName(tier, 'operations'),
      part: 'operations',
      resources: {
        'AWS::Lambda::Function': 2 * count,
        'AWS::Lambda::EventInvokeConfig': count,
        'AWS::Logs::LogGroup': count,
        ...(count > 1 && { 'Custom::Provision': 1 }),
        'Custom::SmokeTest': 1,
        ...(isWatched(tier) ? { 'AWS::Scheduler::Schedule': 1 } : {}),
        'AWS::IAM::Role': 2 * count + (isWatched(tier) ? 1 : 0),
        'AWS::IAM::Policy': 2 * count + (isWatched(tier) ? 1 : 0),
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
        ...(isInUse(tier) && { 'AWS::CloudWatch::Alarm': SMOKE_ALARMS }),
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
    ...copiesIn(tier),
    ...importedServers(tier).flatMap((server) =>
      server.identifier === undefined
        ? []
        : [
            {
              stack: stackName(tier, server.store, 'alarms'),
              part: server.store,
              resources: { 'AWS::CloudWatch::Alarm': alarmsOfImported(server) },
            },
          ],
    ),
  ];
}

/** Lag of each copy of a shard, where they follow those of another region. */
function copiesIn(tier: TierDefinition): readonly ResourceGroup[] {
  if (tier.stage.awayFrom === undefined) return [];
  return Object.values(tier.stores).flatMap((store) =>
    store.kind !== 'shardedPostgres'
      ? []
      : store.shards.map((shard) => ({
          stack: stackName(tier, store.name, 'alarms', shardStackOf(shard.name)),
          part: store.name,
          resources: { 'AWS::CloudWatch::Alarm': 1 },
        })),
  );
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

/** Of what nobody said there is no alarm. */
function alarmsOfImported({ class: name, maxConnections, follows }: ImportedServerOf): number {
  const known = [name !== undefined, name !== undefined, maxConnections !== undefined, follows];
  return 1 + known.filter(Boolean).length;
}
