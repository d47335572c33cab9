import { minimalTier } from './minimal-tier';
import type { RuleCase } from './rule-case';

const key = (region: string) => ({
  kind: 'existingKey',
  arn: `arn:aws:kms:${region}:111122223333:key/00000000-0000-0000-0000-000000000000`,
});

/** A tier with one table called `sessions`. */
const withTable = (options: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stores: { sessions: { kind: 'dynamodb', partitionKey: 'id', ...options } }, ...parts });

const inIreland = { dev: { profile: 'disposable', env: { account: '111122223333', region: 'eu-west-1' } } };
const indexes = (count: number, index: (name: string) => object) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`index${number}`, index(`a${number}`)]));

export const tableCases: readonly RuleCase[] = [
  {
    rule: 'table-keys-differ',
    breaks: 'a table that is sorted by what it is partitioned by',
    input: withTable({ sortKey: 'id' }),
    path: 'stores.sessions.sortKey',
    message: 'got "id", which is the partition key already: sort by another attribute',
  },
  {
    rule: 'table-attribute-types',
    breaks: 'an attribute that is text here and a number there',
    input: withTable({ sortKey: 'at', indexes: { byTime: { partitionKey: { name: 'at', type: 'number' } } } }),
    path: 'stores.sessions.indexes.byTime.partitionKey',
    message: 'got "at" as number, which is a string elsewhere in the table: an attribute has one type',
  },
  {
    rule: 'table-time-to-live',
    breaks: 'an end of time that is text',
    input: withTable({ timeToLive: 'expiresAt', indexes: { byEnd: { partitionKey: 'expiresAt' } } }),
    path: 'stores.sessions.timeToLive',
    message:
      'got "expiresAt", which is a string that items are found by: the time after which an item goes is a number of seconds since 1970',
  },
  {
    rule: 'table-index-name',
    breaks: 'an index of a name that is too short',
    input: withTable({ indexes: { by: { partitionKey: 'user' } } }),
    path: 'stores.sessions.indexes.by',
    message: '"by" is not a name of an index, allowed: 3 to 128 letters, digits and _ . -',
  },
  {
    rule: 'table-local-index',
    breaks: 'an index without any key',
    input: withTable({ sortKey: 'at', indexes: { again: {} } }),
    path: 'stores.sessions.indexes.again',
    message: 'it would find what the table finds: give it a partitionKey, a sortKey, or both',
  },
  {
    rule: 'table-local-index',
    breaks: 'a local index of a table with one item a partition',
    input: withTable({ indexes: { byScore: { sortKey: 'score' } } }),
    path: 'stores.sessions.indexes.byScore',
    message:
      'a local index sorts the items of a partition anew, and this table has one item a partition: give it a partitionKey, or the table a sortKey',
  },
  {
    rule: 'table-index-count',
    breaks: 'six local indexes',
    input: withTable({ sortKey: 'at', indexes: indexes(6, (sortKey) => ({ sortKey })) }),
    path: 'stores.sessions.indexes',
    message: 'got 6 local indexes, a table has at most 5',
  },
  {
    rule: 'table-index-count',
    breaks: 'twenty-one global indexes',
    input: withTable({ indexes: indexes(21, (partitionKey) => ({ partitionKey })) }),
    path: 'stores.sessions.indexes',
    message: 'got 21 global indexes, a table has at most 20',
  },
  {
    rule: 'table-units',
    breaks: 'a least of reads above the most',
    input: withTable({ capacity: { kind: 'provisioned', reads: { min: 9, max: 5 }, writes: { min: 1, max: 1 } } }),
    path: 'stores.sessions.capacity.reads.min',
    message: 'got 9, more than max 5: allowed: up to 5',
  },
  {
    rule: 'table-replica-region',
    breaks: 'a copy in what is no region',
    input: withTable({ replicas: { frankfurt: { encryptionKey: key('eu-central-1') } } }, { stages: inIreland }),
    path: 'stores.sessions.replicas.frankfurt',
    message: `"frankfurt" is not a region, allowed: region such as 'eu-west-1'`,
  },
  {
    rule: 'table-replica-region',
    breaks: 'a copy of a stage without a region',
    input: withTable({ replicas: { 'eu-central-1': { encryptionKey: key('eu-central-1') } } }),
    path: 'stores.sessions.replicas.eu-central-1',
    message:
      'got eu-central-1, but stage dev names no account and region, without which a table has no copies: set stages.dev.env',
  },
  {
    rule: 'table-replica-region',
    breaks: 'a copy in the region of the table itself',
    input: withTable({ replicas: { 'eu-west-1': { encryptionKey: key('eu-west-1') } } }, { stages: inIreland }),
    path: 'stores.sessions.replicas.eu-west-1',
    message: 'got eu-west-1, which is the region of stage dev itself: name another',
  },
  {
    rule: 'table-replica-region',
    breaks: 'a copy with a key of another region',
    input: withTable({ replicas: { 'eu-central-1': { encryptionKey: key('eu-west-1') } } }, { stages: inIreland }),
    path: 'stores.sessions.replicas.eu-central-1.encryptionKey.arn',
    message: `${key('eu-west-1').arn} is not in eu-central-1, the region of the copy: name one that is`,
  },
];

export const tablesAccepted: Readonly<Record<string, unknown>> = {
  'a table and nothing else': withTable({}),
  'twenty global indexes and five local ones': withTable({
    sortKey: 'at',
    indexes: {
      ...indexes(20, (partitionKey) => ({ partitionKey })),
      ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`local-${name}`, { sortKey: name }])),
    },
  }),
  'an end of time by which items are found, as a number': withTable({
    timeToLive: 'expiresAt',
    indexes: { byEnd: { partitionKey: 'day', sortKey: { name: 'expiresAt', type: 'number' } } },
  }),
  'one unit of each': withTable({
    capacity: { kind: 'provisioned', reads: { min: 1, max: 1 }, writes: { min: 1, max: 1 } },
  }),
  'a copy with a key of its region': withTable(
    { replicas: { 'eu-central-1': { encryptionKey: key('eu-central-1') } } },
    { stages: inIreland },
  ),
};
