import { INSTANCE_CLASSES, isInstanceClass, maxConnectionsFor, type InstanceClass } from '../../catalog';
import type { FaultPath } from '../faults/fault';
import { isRelational, RELATIONAL_ENGINES } from './kinds';
import { rule } from '../rule';
import { serverFigures, type ServerFigures } from './server-figures';
import { serverLoads, type Asked, type ServerLoad } from './server-load';
import type { RelationalStageStore } from '../stores/in-stage';

export const capacityRules = [
  rule({
    id: 'connections-fit',
    when: ({ stages = [] }) =>
      stages.flatMap(({ stores, services }) =>
        stores.filter(isRelational).flatMap((store) => {
          const room = roomOf(store);
          if (room === undefined) return [];
          return serverLoads(store, services, room.maxConnections).flatMap((load) => {
            const asked = load.asked.reduce((sum, { connections }) => sum + connections, 0);
            return asked > room.maxConnections ? [{ path: pathOf(store, load), store, room, load, asked }] : [];
          });
        }),
      ),
    message: ({ store, room, load, asked }) => {
      const { server, maxConnections } = room;
      return (
        `in stage ${store.stage}, ${load.servers} (${server}) has max_connections ${grouped(maxConnections)}, ` +
        `but ${grouped(asked)} are asked for, ${grouped(asked - maxConnections)} too many: ` +
        `${sumOf(load.asked)}; ${remediesOf(store, room, load, asked).join(', or ')}`
      );
    },
  }),
];

/** Services beyond these are told as one. */
const SHOWN = 8;

/** `web 2 × pool of 10 = 20, the kit = 18`: who asks for most, and the others together. The last part is the kit's own. */
function sumOf(asked: readonly Asked[]): string {
  const services = asked.slice(0, -1);
  const most = new Set(services.toSorted((one, other) => other.connections - one.connections).slice(0, SHOWN));
  const others = services.filter((service) => !most.has(service));
  const together = others.reduce((sum, { connections }) => sum + connections, 0);
  return [
    ...services.filter((service) => most.has(service)),
    ...(others.length > 0 ? [{ because: `${others.length} other services`, connections: together }] : []),
    ...asked.slice(-1),
  ]
    .map(({ because, connections }) => `${because} = ${grouped(connections)}`)
    .join(', ');
}

/** What servers of a store hold. */
interface Room {
  readonly server: string;
  readonly maxConnections: number;
  /** Of the smallest server; undefined where its owner decides. */
  readonly figures: ServerFigures | undefined;
}

/** Undefined where it can't be known: an owner did not say it, or a class is misspelt, which another rule says. */
export function roomOf(store: RelationalStageStore): Room | undefined {
  if (store.kind === 'postgres' && store.options.origin?.kind === 'imported') {
    const { maxConnections } = store.options.origin;
    return maxConnections === undefined ? undefined : { server: 'imported', maxConnections, figures: undefined };
  }
  const servers = serverFigures(store);
  if (servers === undefined || !store.isRead('maxConnections')) return undefined;
  const figures = servers.reduce((one, other) => (other.usual < one.usual ? other : one));
  return { server: figures.server, maxConnections: store.options.maxConnections ?? figures.usual, figures };
}

/** At what decides, as far as it was written. */
function pathOf(store: RelationalStageStore, { via }: ServerLoad): FaultPath {
  const decisive = via === 'pooled' ? (['pooling'] as const) : (['maxConnections', 'capacity', 'class'] as const);
  const written = decisive.find((option) => (store.options as Readonly<Record<string, unknown>>)[option] !== undefined);
  return written === undefined ? store.origin() : store.origin(written);
}

function remediesOf(
  store: RelationalStageStore,
  { figures, maxConnections }: Room,
  load: ServerLoad,
  asked: number,
): string[] {
  if (load.via === 'pooled') {
    const others = load.asked.slice(1).reduce((sum, { connections }) => sum + connections, 0);
    const most = Math.floor(((maxConnections - others) / maxConnections) * 100);
    return most > 0 ? [`set pooling.maxConnectionsPercent to ${most} or less`] : ['raise maxConnections'];
  }
  const proxied = store.options.pooling === undefined && figures !== undefined;
  return [
    ...raiseOf(store, figures, asked),
    'let its services have fewer processes or a smaller poolMax (services.*.connections, which a stage may change)',
    ...(proxied ? ['put pooling: rdsProxy() before it'] : []),
  ];
}

/** How its servers could hold more. */
function raiseOf(store: RelationalStageStore, figures: ServerFigures | undefined, asked: number): string[] {
  if (figures === undefined) return [];
  const { server, usual, ceiling } = figures;
  const written = store.options.maxConnections;
  if (usual >= asked)
    return [`set maxConnections to ${grouped(asked)} or more, ${server} is given ${grouped(usual)} by default`];
  return [
    `${largerThan(server, RELATIONAL_ENGINES[store.kind].offering, asked)}${written === undefined ? '' : ', and leave maxConnections out'}`,
    ...(ceiling >= asked ? [`set maxConnections to ${grouped(asked)}, which leaves each connection less memory`] : []),
  ];
}

function largerThan(server: string, offering: string, connections: number): string {
  if (!isInstanceClass(server)) return 'raise maxAcu';
  const larger = largerClass(server, offering, connections);
  return larger === undefined
    ? 'take a larger class of another family'
    : `take a larger class, as ${larger} with ${grouped(maxConnectionsFor(larger))}`;
}

/** The smallest class of the same family that holds so many. */
function largerClass(name: InstanceClass, offering: string, connections: number): InstanceClass | undefined {
  const [family] = name.split('.');
  return (Object.keys(INSTANCE_CLASSES) as InstanceClass[])
    .filter(
      (other) => other.startsWith(`${family}.`) && INSTANCE_CLASSES[other].engines.some((each) => each === offering),
    )
    .filter((other) => maxConnectionsFor(other) >= connections)
    .sort((one, other) => INSTANCE_CLASSES[one].memoryGiB - INSTANCE_CLASSES[other].memoryGiB)[0];
}

const grouped = (count: number): string => count.toLocaleString('en-US');
