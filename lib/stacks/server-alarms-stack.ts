import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ServerAlarms, type WatchedServer } from '../../constructs';
import { INSTANCE_CLASSES, LIMITS } from '../catalog';
import type { TierDefinition } from '../definition';
import { inventoryOf, type Server } from '../inventory';
import type { AlarmsStack } from './alarms-stack';
import { shardStackOf, stackName } from './names';
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
    tagStack(this, tier, { store });
  }
}

interface ServerAlarmsStackProps {
  readonly alarms: AlarmsStack;
  /** Of the stack's name, after the store's. */
  readonly parts: readonly string[];
  readonly servers: readonly { readonly name: string; readonly server: WatchedServer }[];
}

/** The stacks with the alarms of every server of a tier: one a store, or one a stack of shards. */
export function serverAlarmsStacks(
  scope: Construct,
  tier: TierDefinition,
  alarms: AlarmsStack,
): readonly ServerAlarmsStack[] {
  const groups = new Map<string, { store: string; parts: readonly string[]; servers: Server[] }>();
  for (const server of inventoryOf(tier).servers) {
    const parts = server.engine === 'postgres' ? [] : [shardStackOf(shardOf(server))];
    const key = [server.store, ...parts].join('/');
    const group = groups.get(key) ?? { store: server.store, parts, servers: [] };
    group.servers.push(server);
    groups.set(key, group);
  }
  return [...groups.values()].map(
    ({ store, parts, servers }) =>
      new ServerAlarmsStack(scope, tier, store, {
        alarms,
        parts,
        servers: servers.map((server) => ({ name: server.name, server: watched(tier, server, servers) })),
      }),
  );
}

/** `s0` of `s0-a`. */
const shardOf = ({ name }: Server): string => name.replace(/-[^-]*$/, '');

function watched(tier: TierDefinition, server: Server, alike: readonly Server[]): WatchedServer {
  const isAlone = alike.filter((other) => shardOf(other) === shardOf(server)).length === 1;
  return {
    identifier: stackName(tier, server.store, server.name),
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

function sizeOf({ class: name, acu }: Server): Pick<WatchedServer, 'memoryGiB' | 'vcpu'> {
  if (name === 'serverless') return { memoryGiB: (acu?.maxAcu ?? 0) * LIMITS.gibPerAcu.value };
  const { vcpu, memoryGiB } = INSTANCE_CLASSES[name];
  return { vcpu, memoryGiB };
}
