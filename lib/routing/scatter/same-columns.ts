import type { PolystoreError } from '../../errors';
import type { ShardAnswer } from './ask-shards';
import { notCombinable } from './not-combinable';

/** Types of PostgreSQL's own have the same OID in every database, those that were created there have not. */
const FIRST_CREATED_OID = 16_384;

/**
 * Checks that all shards gave the same columns with the same types: their schemas differ otherwise.
 * @throws {PolystoreError} NOT_COMBINABLE
 */
export function checkSameColumns(store: string, answers: readonly ShardAnswer[]): void {
  const [first, ...others] = answers;
  for (const other of others) {
    if (first && shapeOf(first) !== shapeOf(other)) throw differentColumns(store, first, other);
  }
}

const shapeOf = ({ result: { fields } }: ShardAnswer): string =>
  fields.map(({ name, dataTypeID }) => `${name}:${dataTypeID < FIRST_CREATED_OID ? dataTypeID : 'created'}`).join(', ');

function differentColumns(store: string, one: ShardAnswer, other: ShardAnswer): PolystoreError<'NOT_COMBINABLE'> {
  return notCombinable(
    store,
    `shards "${one.shard}" and "${other.shard}" answered with different columns, by name:type ${shapeOf(one)} and ${shapeOf(other)}`,
    'Bring the schemas of the shards to the same version, or name the columns in the statement.',
  );
}
