import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SecondaryAlarm, ServerAlarms, type WatchedServer } from '../../constructs';
import { INSTANCE_CLASSES, LIMITS } from '../catalog';
import type { TierDefinition } from '../definition';
import { importedServers, regionInventory, type Server } from '../inventory';
import type { AlarmsStack } from './alarms-stack';
import { serverName, shardStackOf } from './names';
import { stackSettings, tagStack } from './stack-settings';

/** Alarms of the servers of one store, or of the shards of one stack: a template holds no more. They refer to no other stack. */
export class ServerAlarmsStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, store: string, props: ServerAlarmsStackProps) {
    const settings = stackSettings(tier, [store, 'alarms', ...props.parts], `alarms of store ${store}`);
    super(scope, settings.stackName, settings);
    this.addStackDependency(props.alarms);
    // A scope of their own, so that servers may be called whatever they like.
    const servers = new Construct(this, 'Servers');
    for (const { name, server } of props.servers) {
      new ServerAlarms(servers, name, { server, topicArn: props.alarms.topicArn });
    }
    const clusters = new Construct(this, 'Clusters');
    for (const name of clustersElsewhere(tier, store, props.servers)) {
      new SecondaryAlarm(clusters, name, {
        identifier: serverName(tier, store, name),
        topicArn: props.alarms.topicArn,
      });
    }
    tagStack(this, tier, { store });
  }
}

interface ServerAlarmsStackProps {
  readonly alarms: AlarmsStack;
  /** Of the stack's name, after the store's. */
  readonly parts: readonly string[];
  readonly servers: readonly { readonly name: string; readonly server: WatchedServer }[];
}

/** Shards whose copies these servers are, where they follow those of another region. */
function clustersElsewhere({ stage, stores }: TierDefinition, store: string, servers: readonly Watched[]) {
  const follows = stage.awayFrom !== undefined && stores[store]?.kind === 'shardedPostgres';
  return follows ? [...new Set(servers.map(shardOf))] : [];
}

/** The stacks with the alarms of every server of a tier: one a store, or one a stack of shards. */
export function serverAlarmsStacks(
  scope: Construct,
  tier: TierDefinition,
  alarms: AlarmsStack,
): readonly ServerAlarmsStack[] {
  const groups = new Map<string, { store: string; parts: readonly string[]; servers: Watched[] }>();
  for (const { store, parts, ...server } of [...ownServers(tier), ...importedOnes(tier)]) {
    const key = [store, ...parts].join('/');
    const group = groups.get(key) ?? { store, parts, servers: [] };
    group.servers.push(server);
    groups.set(key, group);
  }
  return [...groups.values()].map(
    ({ store, parts, servers }) => new ServerAlarmsStack(scope, tier, store, { alarms, parts, servers }),
  );
}

/** A server, by its name in the store. */
interface Watched {
  readonly name: string;
  readonly server: WatchedServer;
}

/** A server, and the stack that its alarms are in. */
type WatchedIn = Watched & { readonly store: string; readonly parts: readonly string[] };

function ownServers(tier: TierDefinition): readonly WatchedIn[] {
  const servers = regionInventory(tier).servers;
  return servers.map((server) => ({
    store: server.store,
    parts: server.engine === 'postgres' ? [] : [shardStackOf(shardOf(server))],
    name: server.name,
    server: watched(tier, server, servers),
  }));
}

/** Those that CloudWatch can be asked for. */
function importedOnes(tier: TierDefinition): readonly WatchedIn[] {
  return importedServers(tier).flatMap(({ store, name, engine, identifier, class: size, maxConnections, follows }) => {
    if (identifier === undefined) return [];
    const role = !follows ? 'primary' : engine === 'postgres' ? 'replica' : 'member';
    const server = {
      identifier,
      engine,
      role,
      ...(size !== undefined && sizeOf({ class: size })),
      ...(maxConnections !== undefined && { maxConnections }),
    } as const;
    return [{ store, parts: [], name, server }];
  });
}

/** `s0` of `s0-a`. */
const shardOf = ({ name }: Pick<Server, 'name'>): string => name.replace(/-[^-]*$/, '');

function watched(tier: TierDefinition, server: Server, alike: readonly Server[]): WatchedServer {
  const isAlone =
    alike.filter((other) => other.store === server.store && shardOf(other) === shardOf(server)).length === 1;
  return {
    identifier: serverName(tier, server.store, server.name),
    engine: server.engine,
    role:
      server.engine === 'postgres'
        ? server.name === 'primary'
          ? 'primary'
          : 'replica'
        : isAlone
          ? 'primary'
          : 'member',
    ...sizeOf(server),
    maxConnections: tier.stores[server.store]?.maxConnections ?? 0,
    ...(server.storage && { storageGiB: server.storage.sizeGiB }),
  };
}

function sizeOf({ class: name, acu }: Pick<Server, 'class' | 'acu'>): Pick<WatchedServer, 'memoryGiB' | 'vcpu'> {
  if (name === 'serverless') return { memoryGiB: (acu?.maxAcu ?? 0) * LIMITS.gibPerAcu.value };
  const { vcpu, memoryGiB } = INSTANCE_CLASSES[name];
  return { vcpu, memoryGiB };
}
