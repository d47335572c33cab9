import type { TableAttribute, TableAttributeDefinition } from './store';
import type { StageStoreOf } from '../stores/in-stage';

type Options = StageStoreOf<'dynamodb'>['options'];
type WrittenIndex = NonNullable<Options['indexes']>[string];

/** An attribute of which nothing but the name is said holds text. */
export const attributeOf = (written: TableAttribute): TableAttributeDefinition =>
  typeof written === 'string' ? { name: written, type: 'string' } : written;

/** An index without a partition key of its own has the table's. */
export const isLocal = ({ partitionKey }: Pick<WrittenIndex, 'partitionKey'>): boolean => partitionKey === undefined;

/** Every index that could be read, by name. */
export const indexesOf = ({ options: { indexes = {} } }: StageStoreOf<'dynamodb'>) => Object.entries(indexes);
