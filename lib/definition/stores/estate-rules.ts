import type { FaultPath } from '../faults/fault';
import { networkOfStage } from '../network/rules';
import { isRelational } from '../relational/kinds';
import { rule } from '../rule';
import type { StageStore } from './in-stage';
import { shardOptions } from './members';
import type { StageDraft, TierDraft } from '../tier-draft';

/** Tags that the kit puts on resources: by some of them policies choose what they allow. */
const KIT_TAGS: readonly string[] = ['tier', 'stage', 'store', 'service', 'role'];
/** AWS allows 50 a resource; the rest is the kit's, with room for what may come. */
const TAGS_MAX = 40;

/** Options that say how the kit makes servers; an imported database has its own. */
const OF_OWN_SERVERS = [
  'class',
  'storage',
  'replicas',
  'maxConnections',
  'slowQueryMs',
  'backup',
  'maintenance',
  'pooling',
] as const;

/** What must hold between a definition and the account, keys, snapshots and databases that are there already. */
export const estateRules = [
  rule({
    id: 'arn-in-region',
    when: (draft) =>
      (draft.stages ?? []).flatMap((stage) => {
        const region = stage.env?.region;
        const own =
          region === undefined ? [] : writtenArns(stage).map((found) => ({ ...found, region, of: ' of the stage' }));
        return [...own, ...arnsElsewhere(stage)].filter((found) => found.arn.split(':')[3] !== found.region);
      }),
    message: ({ arn, region, of }) => `${arn} is not in ${region}, the region${of}: name one that is`,
  }),
  rule({
    id: 'imported-in-existing-vpc',
    when: (draft) =>
      importedStores(draft).flatMap(({ store, stage }) =>
        networkOfStage(draft, stage).network?.kind === 'existingVpc'
          ? []
          : [{ path: store.origin('origin'), stage: stage.name }],
      ),
    message: ({ stage }) =>
      `an imported database is in a VPC that exists, and nothing leads there from one that the kit makes: set stages.${stage}.network to existingVpc({ … })`,
  }),
  rule({
    id: 'imported-options',
    when: (draft) =>
      importedStores(draft).flatMap(({ store }) =>
        OF_OWN_SERVERS.flatMap((option) => {
          const path = store.origin(option);
          // What a store says is for its other stages where a stage alone says that the database is imported.
          const isBeside = path.length >= store.origin('origin').length;
          return store.options[option] !== undefined && isBeside ? [{ path, option }] : [];
        }),
      ),
    message: ({ option }) =>
      option === 'replicas'
        ? 'an imported database has the replicas that its origin names: write them there'
        : `${option} is decided by who owns the database, which is imported: leave it out`,
  }),
  rule({
    id: 'tag-keys',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) =>
        Object.keys(stage.estate.tags ?? {}).flatMap((key) => {
          const why = tagFault(key);
          return why === undefined ? [] : [{ path: ['stages', stage.name, 'tags', key], why }];
        }),
      ),
    message: ({ why }) => why,
  }),
  rule({
    id: 'tag-count',
    when: ({ stages = [] }) =>
      stages.flatMap((stage) => {
        const count = Object.keys(stage.estate.tags ?? {}).length;
        return count > TAGS_MAX ? [{ path: ['stages', stage.name, 'tags'], count }] : [];
      }),
    message: ({ count }) => `got ${count} tags, allowed: at most ${TAGS_MAX}`,
  }),
];

function tagFault(key: string): string | undefined {
  if (KIT_TAGS.includes(key.toLowerCase())) {
    return `the kit puts the tag "${key.toLowerCase()}" on resources itself, and policies choose by it: call yours otherwise`;
  }
  if (/^aws:/i.test(key)) return `"${key}" is a tag that AWS keeps to itself: leave the "aws:" out`;
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)
    ? undefined
    : `"${key}" is no key of a tag, allowed: 1 to 128 letters, digits, spaces and _ . : / = + - @`;
}

type PostgresStore = Extract<StageStore, { readonly kind: 'postgres' }>;

function importedStores(draft: TierDraft): readonly { readonly store: PostgresStore; readonly stage: StageDraft }[] {
  return (draft.stages ?? []).flatMap((stage) =>
    stage.stores.flatMap((store) =>
      store.kind === 'postgres' && store.options.origin?.kind === 'imported' ? [{ store, stage }] : [],
    ),
  );
}

interface WrittenArn {
  readonly path: FaultPath;
  readonly arn: string;
}

/** Every ARN that a stage names of something that must lie in its own region. */
function writtenArns({ name, estate, stores }: StageDraft): readonly WrittenArn[] {
  const key = estate.encryptionKey;
  return [
    ...(key === undefined ? [] : [{ path: ['stages', name, 'encryptionKey', 'arn'], arn: key.arn }]),
    ...stores.flatMap((store) => {
      const own = store.options.encryptionKey;
      return [
        ...(own === undefined ? [] : [{ path: [...store.origin('encryptionKey'), 'arn'], arn: own.arn }]),
        ...originArns(store),
      ];
    }),
  ];
}

/** Keys of other regions. */
function arnsElsewhere({ name, regions = {} }: StageDraft) {
  return Object.entries(regions).flatMap(([region, { encryptionKey }]) =>
    encryptionKey === undefined
      ? []
      : [
          {
            path: ['stages', name, 'regions', region, 'encryptionKey', 'arn'],
            arn: encryptionKey.arn,
            region,
            of: ' that it is for',
          },
        ],
  );
}

function originArns(store: StageStore): readonly WrittenArn[] {
  if (!isRelational(store)) return [];
  if (store.kind === 'shardedPostgres') {
    return Object.entries(shardOptions(store)).flatMap(([shard, { origin }]) =>
      origin?.kind === 'snapshot' ? [{ path: store.origin('shards', shard, 'origin', 'arn'), arn: origin.arn }] : [],
    );
  }
  const { origin } = store.options;
  const path = store.origin('origin');
  if (origin?.kind === 'snapshot') return [{ path: [...path, 'arn'], arn: origin.arn }];
  return origin?.kind === 'imported' ? [{ path: [...path, 'secretArn'], arn: origin.secretArn }] : [];
}
