import { LIMITS } from '../../catalog';
import { formatIpv4Block, isPrivate, networkOf, parseIpv4Block, PRIVATE_RANGES_TEXT } from './cidr';
import { counted } from '../faults/counted';
import type { FaultPath } from '../faults/fault';
import type { NetworkOptions } from './schema';
import { PROFILES } from '../stages/profile';
import { isRelational } from '../relational/kinds';
import { rule } from '../rule';
import { mostReaders, readersOf } from '../sharded-postgres/servers';
import { callsDynamoDb } from './called-services';
import { CLUSTER_PROFILES } from '../clusters/profile';
import { CACHE_PROFILES } from '../valkey/profile';
import type { StageStoreOf } from '../stores/in-stage';
import { replicaOptions, shardOptions } from '../stores/members';
import type { StoreKind } from '../tier';
import type { StageDraft, TierDraft } from '../tier-draft';

const PREFIX_MIN = 16;
const PREFIX_MAX = 24;
/** Each server may have a standby, a reader or its own successor beside it. */
const ADDRESSES_PER_SERVER = 2;
/** Interface endpoints in every zone: SSM, Secrets Manager, STS. */
const ENDPOINTS_PER_ZONE = 3;
/** A data subnet is a sixteenth of the block, so that zones and tiers of subnets that come later have their place. */
const SUBNET_BITS = 4;

export const networkRules = [
  rule({
    id: 'cidr',
    when: (draft) =>
      writtenNetworks(draft).flatMap(({ path, network }) =>
        network.kind === 'newVpc' && network.cidr !== undefined ? cidrFault([...path, 'cidr'], network.cidr) : [],
      ),
    message: ({ cidr, why }) => `got "${cidr}", ${why}`,
  }),
  rule({
    id: 'cidr-room',
    when: (draft) => (draft.stages ?? []).flatMap((stage) => roomFault(draft, stage)),
    message: ({ cidr, room, needed, servers, stage }) =>
      `${cidr} leaves ${room} addresses for data, stage ${stage} needs ${needed} for ${counted(servers, 'server')}: take a larger block, /${PREFIX_MIN} is the largest`,
  }),
  rule({
    id: 'existing-vpc-zones',
    when: (draft) =>
      existingVpcs(draft).flatMap(({ at, of, zones }) => (zones === undefined ? [{ path: at, of }] : [])),
    message: ({ of }) =>
      `missing zones: ${of} is in a VPC that exists, so write the zones of its dataSubnetIds, in the same order`,
  }),
  rule({
    id: 'subnet-a-zone',
    when: (draft) =>
      existingVpcs(draft).flatMap(({ of, path, network, zones }) => {
        const subnets = network.dataSubnetIds.length;
        return zones === undefined || zones.length === subnets
          ? []
          : [{ path: [...path, 'dataSubnetIds'], subnets, zones: zones.length, of }];
      }),
    message: ({ subnets, zones, of }) =>
      `got ${counted(subnets, 'subnet')}, ${of} has ${counted(zones, 'zone')}: write one subnet in each zone, in the same order`,
  }),
  rule({
    id: 'route-tables-of-endpoints',
    when: (draft) =>
      existingVpcs(draft).flatMap(({ path, network, caller }) => {
        const { endpoints, dataRouteTableIds } = network;
        if (endpoints === 'provided' && dataRouteTableIds !== undefined) {
          return [
            {
              path: [...path, 'dataRouteTableIds'],
              why: "the kit makes no endpoint where they are 'provided': leave it out",
            },
          ];
        }
        return endpoints === 'create' && dataRouteTableIds === undefined && caller !== undefined
          ? [
              {
                path,
                why: `missing dataRouteTableIds: who uses ${caller} asks DynamoDB, which is reached by a route that its endpoint adds to them`,
              },
            ]
          : [];
      }),
    message: ({ why }) => why,
  }),
  rule({
    id: 'subnets-differ',
    when: (draft) =>
      writtenNetworks(draft).flatMap(({ path, network }) =>
        network.kind !== 'existingVpc'
          ? []
          : network.dataSubnetIds.flatMap((subnet, index, subnets) =>
              subnets.indexOf(subnet) === index ? [] : [{ path: [...path, 'dataSubnetIds', `${index}`], subnet }],
            ),
      ),
    message: ({ subnet }) => `${subnet} is listed twice`,
  }),
];

interface WrittenNetwork {
  readonly path: FaultPath;
  readonly network: NetworkOptions;
}

/** The tier's network, those of stages that have one of their own, and those of their other regions. */
function writtenNetworks({ network, stages = [] }: TierDraft): readonly WrittenNetwork[] {
  return [
    ...(network === undefined ? [] : [{ path: ['network'], network }]),
    ...stages.flatMap((stage) => [
      ...(stage.network === undefined ? [] : [{ path: ['stages', stage.name, 'network'], network: stage.network }]),
      ...networksElsewhere(stage),
    ]),
  ];
}

/** The networks of a stage's other regions, and where each is written. */
function networksElsewhere({ name, regions = {} }: StageDraft) {
  return Object.entries(regions).map(([region, { network, zones }]) => {
    const at = ['stages', name, 'regions', region];
    // Only replicas of instances stand there.
    return { at, of: `${region} of stage ${name}`, path: [...at, 'network'], network, zones, caller: undefined };
  });
}

/** The network of a stage, and where it is written. */
export function networkOfStage(
  { network }: TierDraft,
  stage: StageDraft,
): { readonly path: FaultPath; readonly network: NetworkOptions | undefined } {
  return stage.network === undefined
    ? { path: ['network'], network }
    : { path: ['stages', stage.name, 'network'], network: stage.network };
}

function existingVpcs(draft: TierDraft) {
  return (draft.stages ?? []).flatMap((stage) => {
    const own = {
      caller: stage.stores.find(callsDynamoDb)?.name,
      at: ['stages', stage.name],
      of: `stage ${stage.name}`,
      zones: stage.zones,
      ...networkOfStage(draft, stage),
    };
    return [own, ...networksElsewhere(stage)].flatMap(({ network, ...place }) =>
      network?.kind === 'existingVpc' ? [{ ...place, network }] : [],
    );
  });
}

function cidrFault(path: FaultPath, cidr: string) {
  const block = parseIpv4Block(cidr);
  if (block === undefined) return [{ path, cidr, why: "allowed: an IPv4 block such as '10.0.0.0/16'" }];
  if (block.prefix < PREFIX_MIN || block.prefix > PREFIX_MAX) {
    return [{ path, cidr, why: `allowed: /${PREFIX_MIN} to /${PREFIX_MAX}` }];
  }
  if (!isPrivate(block)) return [{ path, cidr, why: `allowed: a private block, within ${PRIVATE_RANGES_TEXT}` }];
  const network = networkOf(block);
  return network.address === block.address
    ? []
    : [{ path, cidr, why: `a block starts at its own first address: ${formatIpv4Block(network)}` }];
}

function roomFault(draft: TierDraft, stage: StageDraft) {
  const { path, network } = networkOfStage(draft, stage);
  if (network?.kind !== 'newVpc' || network.cidr === undefined) return [];
  const { cidr } = network;
  const at = [...path, 'cidr'];
  if (cidrFault(at, cidr).length > 0) return [];
  const zones = stage.zones?.length ?? PROFILES[stage.profile].zones;
  const prefix = parseIpv4Block(cidr)?.prefix ?? PREFIX_MAX;
  const subnet = 2 ** (32 - prefix - SUBNET_BITS) - LIMITS.reservedSubnetAddresses.value;
  const servers = stage.stores.reduce((sum, store) => sum + serversOf(store as StageStoreOf<StoreKind>), 0);
  const needed = servers * ADDRESSES_PER_SERVER + zones * (ENDPOINTS_PER_ZONE + functionGroups(stage));
  const room = zones * subnet;
  return needed > room ? [{ path: at, cidr, room, needed, servers, stage: stage.name }] : [];
}

/**
 * Security groups of the kit's functions, one for all relational stores and one a kind of the others: functions of one group share a network interface
 * in each subnet.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (Hyperplane elastic network interfaces)
 */
const functionGroups = ({ stores }: StageDraft): number =>
  new Set(stores.map((store) => (isRelational(store) ? 'relational' : store.kind))).size;

/** Servers that each have at most one other beside them, by kind. A kind without a row does not compile. */
const SERVERS_OF: { readonly [K in StoreKind]: (store: StageStoreOf<K>) => number } = {
  postgres: (store) => Object.values(replicaOptions(store)).filter(({ region }) => region === undefined).length + 1,
  shardedPostgres: (store) =>
    Object.values(shardOptions(store)).reduce(
      (sum, shard) => sum + Math.max(1, mostReaders(readersOf(store, shard))),
      0,
    ),
  valkey: ({ options: { shape }, profile }) => {
    // A serverless cache stands behind endpoints of its own: one in each zone.
    if (shape?.kind === 'serverlessCache') return 1;
    const each = 1 + (shape?.replicas ?? CACHE_PROFILES[profile].replicas);
    return shape?.kind === 'clusterMode' ? shape.shards * each : each;
  },
  dynamodb: () => 0,
  documentdb: ({ options: { readers, scaleOut }, profile }) => {
    const each = 1 + CLUSTER_PROFILES[profile].readers;
    return scaleOut === undefined ? 1 + (readers ?? each - 1) : scaleOut.shards * (scaleOut.servers ?? each);
  },
  neptune: ({ options: { readers }, profile }) => 1 + (readers ?? CLUSTER_PROFILES[profile].readers),
};

function serversOf<K extends StoreKind>(store: StageStoreOf<K>): number {
  return SERVERS_OF[store.kind](store);
}
