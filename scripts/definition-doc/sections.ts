import type { z } from 'zod';
import type { StoreKind } from '../../lib/definition';
import { serviceOptions } from '../../lib/definition/services/schema';
import { stageOptions } from '../../lib/definition/stages/schema';
import { KINDS } from '../../lib/definition/stores/kinds';
import { tierOptions } from '../../lib/definition/tier-schema';

/** A part of the page: a type, the schema that it is read by, and what stands above its options. */
export interface Section {
  readonly title: string;
  readonly type: string;
  readonly schema: z.ZodObject;
  /** Sentences above the table. */
  readonly intro: string;
  /** The kind of store that it is of: its function's docstring and an example stand above the table, too. */
  readonly kind?: StoreKind;
}

/** Names of the types that users write, by kind. A kind without a row does not compile. */
const TYPES: Readonly<Record<StoreKind, string>> = {
  postgres: 'Postgres',
  shardedPostgres: 'ShardedPostgres',
  valkey: 'Valkey',
  dynamodb: 'DynamoDb',
  documentdb: 'DocumentDb',
  neptune: 'Neptune',
};

const code = (text: string): string => `\`${text}\``;

const kindSection = (kind: StoreKind): Section => ({
  title: kind,
  type: TYPES[kind],
  schema: KINDS[kind].options,
  intro: `The same in every stage: ${KINDS[kind].fixed.map(code).join(', ')}. Everything else may be changed by \`stages.<stage>.stores.<store>\`.`,
  kind,
});

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [
  { title: 'Tier', type: 'TierConfig', schema: tierOptions, intro: 'What `defineTier({ … })` takes.' },
  {
    title: 'Stages',
    type: 'StageConfig',
    schema: stageOptions,
    intro: 'What stands at `stages.<stage>`. The profile decides the defaults of everything that a stage has.',
  },
  ...(Object.keys(KINDS) as StoreKind[]).map(kindSection),
  {
    title: 'Services',
    type: 'ServiceConfig',
    schema: serviceOptions,
    intro:
      'What stands at `services.<service>`. Everything but `uses` may be changed by `stages.<stage>.services.<service>`.',
  },
];
