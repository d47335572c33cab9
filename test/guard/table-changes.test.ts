import { dynamodb, parseTier, type DynamoDbOptions } from '../../lib/definition';
import { baselineOf, compareWithBaseline } from '../../lib/guard';
import { STAGE, stacksOf } from '../support/synthesized-stacks';

/** What the guard says where a table was, and is to be. */
const changed = (was: DynamoDbOptions, is: DynamoDbOptions): string[] => {
  const stacks = [was, is].map((options) =>
    stacksOf(parseTier({ name: 'shop', stages: { prod: STAGE }, stores: { carts: dynamodb(options) }, services: {} })),
  );
  const [before = [], now = []] = stacks;
  return compareWithBaseline(baselineOf(before), now, { stage: 'prod' }).verdicts.map(
    ({ kind, change, atStake }) => `${kind} ${change}, ${atStake} at stake`,
  );
};

const byName = { byName: { partitionKey: 'name' } } as const;

test.each<[string, DynamoDbOptions, DynamoDbOptions, string]>([
  [
    'of its partition key',
    { partitionKey: 'id' },
    { partitionKey: { name: 'id', type: 'number' } },
    'AttributeDefinitions.id S → N',
  ],
  [
    'of its sort key',
    { partitionKey: 'id', sortKey: { name: 'at', type: 'number' } },
    { partitionKey: 'id', sortKey: 'at' },
    'AttributeDefinitions.at N → S',
  ],
  [
    'of an index',
    { partitionKey: 'id', indexes: byName },
    { partitionKey: 'id', indexes: { byName: { partitionKey: { name: 'name', type: 'binary' } } } },
    'AttributeDefinitions.name S → B',
  ],
])('another type %s replaces a table', (_, was, is, change) => {
  expect(changed(was, is)).toEqual([`replacement ${change}, data at stake`]);
});

test('an index that comes or goes, and its attributes with it, replaces nothing', () => {
  const [without, withIndex] = [{ partitionKey: 'id' }, { partitionKey: 'id', indexes: byName }];
  expect(changed(without, withIndex)).toEqual([]);
  expect(changed(withIndex, without)).toEqual([]);
});

test('another key replaces a table, and its name is what is told', () => {
  expect(changed({ partitionKey: 'id' }, { partitionKey: 'key' })).toEqual([
    expect.stringMatching(/^replacement KeySchema .*, data at stake$/),
  ]);
});
