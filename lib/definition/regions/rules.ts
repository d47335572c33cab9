import { isInstanceClass, LIMITS, maxConnectionsFor } from '../../catalog';
import { formatIpv4Block, parseIpv4Block, type Ipv4Block } from '../network/cidr';
import type { FaultPath } from '../faults/fault';
import { suggestion } from '../faults/nearest-name';
import { networkOfStage } from '../network/rules';
import { DEFAULTS, PROFILES } from '../stages/profile';
import { rule } from '../rule';
import { regionOf } from '../stages/rules';
import type { StageStoreOf } from '../stores/in-stage';
import { replicaOptions, secondaryRegions } from '../stores/members';
import type { StoreKind } from '../tier';
import type { StageDraft, TierDraft } from '../tier-draft';

/** What must hold for what stands in other regions than the stage's own. */
export const regionRules = [
  rule({
    id: 'region-of-env',
    when: (draft) => elsewhere(draft).filter(({ stage }) => stage.env === undefined),
    message: ({ region, stage: { name }, store, what }) =>
      `got ${region}, but stage ${name} names no account and region, without which nothing can be named from one region in another: set stages.${name}.env, or ${what === 'replicas' ? `give the stage other replicas in stages.${name}.stores.${store}.replicas` : `say globalDatabase in stages that have an env only`}`,
  }),
  rule({
    id: 'region-elsewhere',
    when: (draft) => elsewhere(draft).filter(({ region, stage }) => region === stage.env?.region),
    message: ({ region, stage: { name }, what }) =>
      `got ${region}, which is the region of stage ${name} itself: ${what === 'replicas' ? 'leave region out' : 'name another'}`,
  }),
  rule({
    id: 'region-described',
    when: (draft) =>
      elsewhere(draft).filter(
        ({ region, stage: { env, regions = {} } }) =>
          env !== undefined && region !== env.region && regions[region] === undefined,
      ),
    message: ({ region, stage: { name }, what }) =>
      `got ${region}, of which stage ${name} does not say what its ${what} stand on: write stages.${name}.regions: { '${region}': { network: newVpc({ cidr: '10.1.0.0/16' }), zones: ['${region}a', '${region}b'] } }`,
  }),
  rule({
    id: 'region-used',
    when: (draft) =>
      (draft.stages ?? []).flatMap((stage) => {
        const used = [...new Set(ofStage(stage).map(({ region }) => region))];
        return Object.keys(stage.regions ?? {})
          .filter((region) => !used.includes(region))
          .map((region) => ({ path: ['stages', stage.name, 'regions', region], region, used, stage: stage.name }));
      }),
    message: ({ region, used, stage }) =>
      used.length === 0
        ? `nothing of stage ${stage} stands in another region: leave it out`
        : `nothing stands in "${region}", ${suggestion(region, used)}`,
  }),
  rule({
    id: 'region-zones',
    when: (draft) =>
      stageRegions(draft).flatMap(({ path, region, options: { zones = [] } }) =>
        zones.flatMap((zone, index) => {
          const at = [...path, 'zones', `${index}`];
          if (regionOf(zone) !== region) return [{ path: at, why: `${zone} is not a zone of ${region}` }];
          return zones.indexOf(zone) === index ? [] : [{ path: at, why: `${zone} is listed twice` }];
        }),
      ),
    message: ({ why }) => why,
  }),
  rule({
    id: 'region-zone-count',
    when: (draft) =>
      stageRegions(draft).flatMap(({ path, options: { zones } }) =>
        zones === undefined || zones.length >= LIMITS.subnetGroupZones.value
          ? []
          : [{ path: [...path, 'zones'], count: zones.length }],
      ),
    message: ({ count }) => `got ${count}, a subnet group of RDS spans at least ${LIMITS.subnetGroupZones.value} zones`,
  }),
  rule({
    id: 'region-blocks-apart',
    when: (draft) =>
      (draft.stages ?? []).flatMap((stage) => {
        const blocks = blocksOf(draft, stage);
        return blocks.flatMap(({ path, block }, index) => {
          const other = blocks.slice(0, index).find((before) => overlap(before.block, block));
          return other === undefined ? [] : [{ path, block, other: other.block }];
        });
      }),
    message: ({ block, other }) =>
      `${formatIpv4Block(block)} overlaps ${formatIpv4Block(other)} of another region of the stage, so that the two networks could never be connected: take another block`,
  }),
  rule({
    id: 'region-replica-count',
    when: (draft) =>
      stagePostgres(draft).flatMap(({ store }) => {
        const count = Object.values(replicaOptions(store)).filter(({ region }) => region !== undefined).length;
        return count > LIMITS.replicasElsewhere.value ? [{ path: store.origin('replicas'), count }] : [];
      }),
    message: ({ count }) =>
      `got ${count} replicas in other regions, of which AWS guarantees no more than ${LIMITS.replicasElsewhere.value} for one primary`,
  }),
  rule({
    id: 'region-connections',
    when: (draft) =>
      stagePostgres(draft).flatMap(({ store }) => {
        const { maxConnections } = store.options;
        if (maxConnections === undefined) return [];
        return Object.entries(replicaOptions(store)).flatMap(([name, replica]) => {
          const own = replica.class ?? store.options.class ?? PROFILES[store.profile].class;
          if (replica.region === undefined || !isInstanceClass(own)) return [];
          const most = maxConnectionsFor(own);
          return maxConnections > most
            ? [{ path: store.origin('maxConnections'), maxConnections, most, name, own }]
            : [];
        });
      }),
    message: ({ maxConnections, most, name, own }) =>
      `got ${maxConnections}, but replica ${name} in another region is born with the figure that AWS gives a ${own}, and PostgreSQL refuses one with fewer than its primary: allowed: up to ${most}`,
  }),
  rule({
    id: 'region-services',
    when: (draft) =>
      (draft.stages ?? []).flatMap((stage) => {
        const stores = new Set(ofStage(stage).flatMap(({ store, what }) => (what === 'replicas' ? [store] : [])));
        return stage.services.flatMap((service) => {
          const store = Object.keys(service.uses).find((name) => stores.has(name));
          return service.options.authentication?.kind === 'iam' && store !== undefined
            ? [{ path: service.origin('authentication'), store }]
            : [];
        });
      }),
    message: ({ store }) =>
      `got iam(), but ${store} has replicas in other regions, and tokens are signed for one region: use password()`,
  }),
];

interface Elsewhere {
  readonly path: FaultPath;
  readonly region: string;
  readonly store: string;
  readonly stage: StageDraft;
  /** The option that names the region. */
  readonly what: 'replicas' | 'secondaries';
}

function stagePostgres({
  stages = [],
}: TierDraft): readonly { readonly store: StageStoreOf<'postgres'>; readonly stage: StageDraft }[] {
  return stages.flatMap((stage) =>
    stage.stores.flatMap((store) => (store.kind === 'postgres' ? [{ store, stage }] : [])),
  );
}

/** Everything that names a region, once for each stage that has it. */
const elsewhere = ({ stages = [] }: TierDraft): readonly Elsewhere[] => stages.flatMap(ofStage);

function ofStage(stage: StageDraft): readonly Elsewhere[] {
  return stage.stores.flatMap((store) => REGIONS_OF[store.kind](store as StageStoreOf<StoreKind>, stage));
}

type RegionsOf<K extends StoreKind> = (store: StageStoreOf<K>, stage: StageDraft) => readonly Elsewhere[];

/** What of a store stands in other regions. A kind without a row does not compile. */
const ROWS: { readonly [K in StoreKind]: RegionsOf<K> } = {
  postgres: (store, stage) =>
    Object.entries(replicaOptions(store)).flatMap(([name, { region }]) =>
      region === undefined
        ? []
        : [
            {
              store: store.name,
              stage,
              what: 'replicas' as const,
              path: [...store.origin('replicas'), name, 'region'],
              region,
            },
          ],
    ),
  shardedPostgres: (store, stage) => {
    const at = store.origin('globalDatabase', 'secondaries');
    return secondaryRegions(store).map((region) => ({
      store: store.name,
      stage,
      what: 'secondaries' as const,
      path: [...at, region],
      region,
    }));
  },
  valkey: () => [],
  // Copies of a table need nothing there but a key.
  dynamodb: () => [],
  documentdb: () => [],
  neptune: () => [],
};
// The row of a store's own kind takes that store, which the type checker can't follow through the table.
const REGIONS_OF = ROWS as Readonly<Record<StoreKind, RegionsOf<StoreKind>>>;

function stageRegions({ stages = [] }: TierDraft) {
  return stages.flatMap((stage) =>
    Object.entries(stage.regions ?? {}).map(([region, options]) => ({
      path: ['stages', stage.name, 'regions', region],
      region,
      options,
    })),
  );
}

/** The blocks of a stage's own networks, that of its own region first; those that are no block have a fault of their own. */
function blocksOf(draft: TierDraft, stage: StageDraft) {
  const { path, network } = networkOfStage(draft, stage);
  const own = network ?? { kind: 'newVpc' as const };
  const all = [
    { path, network: own },
    ...Object.entries(stage.regions ?? {}).map(([region, options]) => ({
      path: ['stages', stage.name, 'regions', region, 'network'],
      network: options.network,
    })),
  ];
  return all.flatMap(({ path: at, network: each }) => {
    if (each.kind !== 'newVpc') return [];
    const block = parseIpv4Block(each.cidr ?? DEFAULTS.cidr);
    return block === undefined ? [] : [{ path: [...at, 'cidr'], block }];
  });
}

function overlap(one: Ipv4Block, other: Ipv4Block): boolean {
  const size = ({ prefix }: Ipv4Block): number => 2 ** (32 - prefix);
  return one.address < other.address + size(other) && other.address < one.address + size(one);
}
