import { LIMITS } from '../catalog';
import { formatIpv4Block, isPrivate, networkOf, parseIpv4Block, PRIVATE_RANGES_TEXT } from './cidr';
import { suggestion } from './nearest-name';
import { PROFILES } from './profile';
import { rule } from './rule';
import { membersOf } from './store-members';
import type { StageDraft, TierDraft } from './tier-draft';

const PREFIX_MIN = 16;
const PREFIX_MAX = 24;
/** Each server may have a standby, a reader or its own successor beside it. */
const ADDRESSES_PER_SERVER = 2;
/** For endpoints and the network interfaces of functions. */
const ADDRESSES_PER_ZONE = 4;
/** A data subnet is a sixteenth of the block, so that zones and tiers of subnets that come later have their place. */
const SUBNET_BITS = 4;

export const stageRules = [
  rule({
    id: 'some-stage',
    when: ({ stages }) => (stages?.length === 0 ? [{ path: ['stages'] }] : []),
    message: () => "a tier has at least one stage, as in { dev: { profile: 'disposable' } }",
  }),
  rule({
    id: 'override-of-known-store',
    when: ({ stages = [], stores }) =>
      stages.flatMap((stage) =>
        stage.overrides
          .filter(({ store }) => stores !== undefined && !stores.some(({ name }) => name === store))
          .map(({ store }) => ({
            path: ['stages', stage.name, 'stores', store],
            store,
            known: (stores ?? []).map(({ name }) => name),
          })),
      ),
    message: ({ store, known }) => `no store "${store}", ${suggestion(store, known)}`,
  }),
  rule({
    id: 'override-of-fixed-option',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        stage.overrides.flatMap(({ store, fixed }) =>
          fixed.map((option) => ({ path: ['stages', stage.name, 'stores', store, option], store, option })),
        ),
      ),
    message: ({ store, option }) =>
      `${option} can't differ between stages, it decides what the store is: set it in stores.${store}`,
  }),
  rule({
    id: 'zones-of-region',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) => {
        const region = stage.env?.region ?? regionOf(stage.zones?.[0] ?? '');
        return (stage.zones ?? []).flatMap((zone, index) =>
          regionOf(zone) === region ? [] : [{ path: ['stages', stage.name, 'zones', `${index}`], zone, region }],
        );
      }),
    message: ({ zone, region }) => `${zone} is not a zone of ${region}; all zones of a stage belong to its region`,
  }),
  rule({
    id: 'zones-differ',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        (stage.zones ?? []).flatMap((zone, index, zones) =>
          zones.indexOf(zone) === index ? [] : [{ path: ['stages', stage.name, 'zones', `${index}`], zone }],
        ),
      ),
    message: ({ zone }) => `${zone} is listed twice`,
  }),
  rule({
    id: 'zone-count',
    when: ({ stages = [] }) =>
      stages.flatMap(({ name, profile, zones }) =>
        zones === undefined || zones.length >= PROFILES[profile].zones
          ? []
          : [{ path: ['stages', name, 'zones'], profile, count: zones.length }],
      ),
    message: ({ profile, count }) =>
      profile === 'protected'
        ? `got ${count}, a protected stage spans at least ${PROFILES.protected.zones} zones, so that losing one leaves two`
        : `got ${count}, a subnet group of RDS spans at least ${LIMITS.subnetGroupZones.value} zones`,
  }),
  rule({
    id: 'cidr',
    when: ({ cidr }) => (cidr === undefined ? [] : cidrFault(cidr)),
    message: ({ cidr, why }) => `got "${cidr}", ${why}`,
  }),
  rule({
    id: 'cidr-room',
    when: (draft) => (draft.stages ?? []).flatMap((stage) => roomFault(draft, stage)),
    message: ({ cidr, room, needed, servers, stage }) =>
      `${cidr} leaves ${room} addresses for data, stage ${stage} needs ${needed} for ${servers} servers: take a larger block, /${PREFIX_MIN} is the largest`,
  }),
];

const regionOf = (zone: string): string => zone.slice(0, -1);

function cidrFault(cidr: string) {
  const path = ['network', 'cidr'];
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

function roomFault({ cidr }: TierDraft, stage: StageDraft) {
  if (cidr === undefined || cidrFault(cidr).length > 0) return [];
  const zones = stage.zones?.length ?? PROFILES[stage.profile].zones;
  const prefix = parseIpv4Block(cidr)?.prefix ?? PREFIX_MAX;
  const subnet = 2 ** (32 - prefix - SUBNET_BITS) - LIMITS.reservedSubnetAddresses.value;
  const servers = stage.stores.reduce((sum, store) => sum + serversOf(store), 0);
  const needed = servers * ADDRESSES_PER_SERVER + zones * ADDRESSES_PER_ZONE;
  const room = zones * subnet;
  return needed > room ? [{ path: ['network', 'cidr'], cidr, room, needed, servers, stage: stage.name }] : [];
}

function serversOf(store: StageDraft['stores'][number]): number {
  const members = membersOf(store).length;
  return store.kind === 'postgres' ? members + 1 : members;
}
