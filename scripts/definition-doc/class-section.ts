import {
  CACHE_CLASSES,
  DOCUMENTDB_CLASSES,
  INSTANCE_CLASSES,
  NEPTUNE_CLASSES,
  type InstanceClass,
  type PostgresEngineOffering,
} from '../../lib/catalog';
import type { StoreKind } from '../../lib/definition';
import { RELATIONAL_ENGINES } from '../../lib/definition/relational/kinds';
import { table } from './render-options';

const offeredFor = (offering: PostgresEngineOffering): readonly string[] =>
  (Object.keys(INSTANCE_CLASSES) as InstanceClass[]).filter((name) =>
    (INSTANCE_CLASSES[name].engines as readonly PostgresEngineOffering[]).includes(offering),
  );

/** Names of classes by kind, as the rules know them. A kind without a row does not compile. */
const CLASSES: Readonly<Record<StoreKind, readonly string[]>> = {
  postgres: offeredFor(RELATIONAL_ENGINES.postgres.offering),
  shardedPostgres: offeredFor(RELATIONAL_ENGINES.shardedPostgres.offering),
  valkey: Object.keys(CACHE_CLASSES),
  dynamodb: [],
  documentdb: Object.keys(DOCUMENTDB_CLASSES),
  neptune: Object.keys(NEPTUNE_CLASSES),
};

/** Every class that a kind of store may have, by family. */
export function classSection(): string {
  const cells = Object.entries(CLASSES)
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => [`\`${kind}\``, familiesText(names)]);
  return `## Instance classes\n\n${INTRO}\n\n${table(['kind', 'families and sizes'], cells)}\n`;
}

const INTRO =
  'A family and a size, as in `r8g.xlarge`, without `db.` or `cache.`. What an account is offered in each zone, `npx polystore doctor --aws` asks AWS.';

function familiesText(names: readonly string[]): string {
  const families = new Map<string, string[]>();
  for (const name of names) {
    const at = name.indexOf('.');
    const family = name.slice(0, at);
    families.set(family, [...(families.get(family) ?? []), name.slice(at + 1)]);
  }
  return [...families].map(([family, sizes]) => `\`${family}\` ${sizes.join(', ')}`).join('; ');
}
