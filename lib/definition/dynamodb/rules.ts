import { TABLE_LIMITS } from '../../catalog';
import type { TableAttributeDefinition } from './store';
import type { FaultPath } from '../faults/fault';
import { rule, storesOf } from '../rule';
import type { StageStoreOf } from '../stores/in-stage';
import { attributeOf, indexesOf, isLocal } from './indexes';
import type { StageDraft, TierDraft } from '../tier-draft';

const { nameLengthMin, indexNameLength, globalIndexes, localIndexes } = TABLE_LIMITS;
const INDEX_NAME = new RegExp(`^[A-Za-z0-9_.-]{${nameLengthMin.value},${indexNameLength.value}}$`);
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

/** What DynamoDB asks of a table, and no validator of templates does. */
export const dynamodbRules = [
  rule({
    id: 'table-keys-differ',
    when: (draft) =>
      storesOf(draft, 'dynamodb').flatMap((store) =>
        keysOf(store).flatMap(({ partition, sort }) =>
          sort !== undefined && sort.name === partition?.name ? [{ path: sort.path, name: sort.name }] : [],
        ),
      ),
    message: ({ name }) => `got "${name}", which is the partition key already: sort by another attribute`,
  }),
  rule({
    id: 'table-attribute-types',
    when: (draft) =>
      storesOf(draft, 'dynamodb').flatMap((store) => {
        const first = new Map<string, TableAttributeDefinition>();
        return keysOf(store)
          .flatMap(({ partition, sort }) => [partition, sort])
          .flatMap((key) => {
            if (key === undefined) return [];
            const known = first.get(key.name);
            if (known === undefined) first.set(key.name, key);
            return known === undefined || known.type === key.type
              ? []
              : [{ path: key.path, name: key.name, type: key.type, known: known.type }];
          });
      }),
    message: ({ name, type, known }) =>
      `got "${name}" as ${type}, which is a ${known} elsewhere in the table: an attribute has one type`,
  }),
  rule({
    id: 'table-time-to-live',
    when: (draft) =>
      storesOf(draft, 'dynamodb').flatMap((store) => {
        const { timeToLive } = store.options;
        const key = keysOf(store)
          .flatMap(({ partition, sort }) => [partition, sort])
          .find((each) => each?.name === timeToLive && each?.type !== 'number');
        return timeToLive === undefined || key === undefined
          ? []
          : [{ path: store.origin('timeToLive'), name: timeToLive, type: key.type }];
      }),
    message: ({ name, type }) =>
      `got "${name}", which is a ${type} that items are found by: the time after which an item goes is a number of seconds since 1970`,
  }),
  rule({
    id: 'table-index-name',
    when: (draft) => writtenIndexes(draft).filter(({ name }) => !INDEX_NAME.test(name)),
    message: ({ name }) =>
      `"${name}" is not a name of an index, allowed: ${nameLengthMin.value} to ${indexNameLength.value} letters, digits and _ . -`,
  }),
  rule({
    id: 'table-local-index',
    when: (draft) =>
      writtenIndexes(draft).flatMap(({ path, index, store }) => {
        if (!isLocal(index) || !store.isRead('indexes') || !store.isRead('sortKey')) return [];
        if (index.sortKey === undefined)
          return [{ path, why: 'it would find what the table finds: give it a partitionKey, a sortKey, or both' }];
        return store.options.sortKey === undefined
          ? [
              {
                path,
                why: 'a local index sorts the items of a partition anew, and this table has one item a partition: give it a partitionKey, or the table a sortKey',
              },
            ]
          : [];
      }),
    message: ({ why }) => why,
  }),
  rule({
    id: 'table-index-count',
    when: (draft) =>
      storesOf(draft, 'dynamodb').flatMap((store) => {
        const local = indexesOf(store).filter(([, index]) => isLocal(index)).length;
        const global = indexesOf(store).length - local;
        return [
          { path: store.origin('indexes'), count: local, reach: 'local', most: localIndexes.value },
          { path: store.origin('indexes'), count: global, reach: 'global', most: globalIndexes.value },
        ].filter(({ count, most }) => count > most);
      }),
    message: ({ count, reach, most }) => `got ${count} ${reach} indexes, a table has at most ${most}`,
  }),
  rule({
    id: 'table-units',
    when: (draft) =>
      storesOf(draft, 'dynamodb').flatMap((store) => {
        const { capacity } = store.options;
        if (capacity?.kind !== 'provisioned') return [];
        return (['reads', 'writes'] as const).flatMap((option) => {
          const { min, max } = capacity[option];
          return min > max ? [{ path: [...store.origin('capacity'), option, 'min'], min, max }] : [];
        });
      }),
    message: ({ min, max }) => `got ${min}, more than max ${max}: allowed: up to ${max}`,
  }),
  rule({
    id: 'table-replica-region',
    when: ({ stages = [] }: TierDraft) => stages.flatMap(replicaFaults),
    message: ({ why }) => why,
  }),
];

/** A key as it was written, and where. */
type WrittenKey = TableAttributeDefinition & { readonly path: FaultPath };

interface WrittenKeys {
  readonly partition: WrittenKey | undefined;
  readonly sort: WrittenKey | undefined;
}

/** The keys of the table, and of each index that has some of its own. */
function keysOf(store: StageStoreOf<'dynamodb'>): readonly WrittenKeys[] {
  const keyAt = (path: FaultPath, written: Parameters<typeof attributeOf>[0] | undefined): WrittenKey | undefined =>
    written === undefined ? undefined : { ...attributeOf(written), path };
  const own = {
    partition: keyAt(store.origin('partitionKey'), store.options.partitionKey),
    sort: keyAt(store.origin('sortKey'), store.options.sortKey),
  };
  return [
    own,
    ...indexesOf(store).map(([name, { partitionKey, sortKey }]) => {
      const at = [...store.origin('indexes'), name];
      return {
        partition: partitionKey === undefined ? own.partition : keyAt([...at, 'partitionKey'], partitionKey),
        sort: keyAt([...at, 'sortKey'], sortKey),
      };
    }),
  ];
}

const writtenIndexes = (draft: TierDraft) =>
  storesOf(draft, 'dynamodb').flatMap((store) =>
    indexesOf(store).map(([name, index]) => ({ path: [...store.origin('indexes'), name], name, index, store })),
  );

function replicaFaults(stage: StageDraft): readonly { readonly path: FaultPath; readonly why: string }[] {
  return stage.stores.flatMap((store) => {
    if (store.kind !== 'dynamodb') return [];
    const at = store.origin('replicas');
    return Object.entries(store.options.replicas ?? {}).flatMap(([region, { encryptionKey }]) => {
      const path = [...at, region];
      if (!REGION.test(region))
        return [{ path, why: `"${region}" is not a region, allowed: region such as 'eu-west-1'` }];
      if (stage.env === undefined) {
        return [
          {
            path,
            why: `got ${region}, but stage ${stage.name} names no account and region, without which a table has no copies: set stages.${stage.name}.env`,
          },
        ];
      }
      if (region === stage.env.region) {
        return [{ path, why: `got ${region}, which is the region of stage ${stage.name} itself: name another` }];
      }
      return encryptionKey.arn.split(':')[3] === region
        ? []
        : [
            {
              path: [...path, 'encryptionKey', 'arn'],
              why: `${encryptionKey.arn} is not in ${region}, the region of the copy: name one that is`,
            },
          ];
    });
  });
}
