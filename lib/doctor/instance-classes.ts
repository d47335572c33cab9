import type { RDSClient } from '@aws-sdk/client-rds';
import { DOCUMENTDB_VERSIONS, type PostgresEngineOffering } from '../catalog';
import type { StoreDefinition, StoreKind, TierDefinition } from '../definition';
import { PROFILES } from '../definition/stages/profile';
import { inventoryOf, type Server } from '../inventory';
import { askAws } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/** What RDS calls the engines. */
const ENGINES: Readonly<Record<PostgresEngineOffering, string>> = {
  postgres: 'postgres',
  'aurora-postgres': 'aurora-postgresql',
};

/** A class as a store of the tier asks for it. */
interface Wanted {
  /** As RDS calls it. */
  readonly engine: string;
  /** Without `db.`. */
  readonly class: string;
  /** A version, or the first parts of one. */
  readonly version: string;
}

type WantedBy<K extends StoreKind> = (
  store: Extract<StoreDefinition, { readonly kind: K }>,
  servers: readonly Server[],
) => readonly Wanted[];

const relational = ({ version }: { readonly version: string }, servers: readonly Server[]): readonly Wanted[] =>
  servers.map((server) => ({ engine: ENGINES[server.engine], class: server.class, version }));

/** Classes of servers that a store of each kind asks RDS for. A kind without a row does not compile. */
const WANTED_BY: { readonly [K in StoreKind]: WantedBy<K> } = {
  postgres: relational,
  shardedPostgres: relational,
  // Its nodes are of ElastiCache's own types.
  valkey: () => [],
  dynamodb: () => [],
  documentdb: ({ servers, version }) =>
    // An elastic cluster has no classes.
    servers.kind === 'elastic'
      ? []
      : [{ engine: 'docdb', class: classOf(servers), version: DOCUMENTDB_VERSIONS[version] }],
  neptune: ({ servers, version }) => [{ engine: 'neptune', class: classOf(servers), version }],
};

const classOf = (servers: { readonly kind: 'serverless' } | { readonly kind: 'instances'; readonly class: string }) =>
  servers.kind === 'serverless' ? 'serverless' : servers.class;

/**
 * Whether every class of the stage is offered, for its engine and version, in enough zones of the region. DocumentDB and Neptune are asked at the
 * endpoint of RDS, which is theirs too.
 * @see https://docs.aws.amazon.com/general/latest/gr/docdb.html, https://docs.aws.amazon.com/general/latest/gr/neptune.html (service endpoints)
 */
export async function diagnoseInstanceClasses(tier: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const { RDSClient } = await import('@aws-sdk/client-rds');
  const client = new RDSClient(scope);
  const diagnoses = await Promise.all(
    wantedClasses(tier).map((wanted) => {
      const subject = `${wanted.engine} db.${wanted.class}`;
      return askAws(subject, 'rds:DescribeOrderableDBInstanceOptions', async () => [
        { subject, ...judge(tier, wanted, await zonesOffering(client, wanted)) },
      ]);
    }),
  );
  return diagnoses.flat();
}

function wantedClasses(tier: TierDefinition): readonly Wanted[] {
  const { servers } = inventoryOf(tier);
  const wanted = Object.values(tier.stores).flatMap((store) => {
    // The row of a store's own kind takes that store, which the type checker can't follow through the table.
    const wantedBy = WANTED_BY[store.kind] as WantedBy<StoreKind>;
    return wantedBy(
      store,
      servers.filter((server) => server.store === store.name),
    );
  });
  return [...new Map(wanted.map((one) => [Object.values(one).join(), one])).values()];
}

async function zonesOffering(client: RDSClient, { engine, class: name, version }: Wanted): Promise<readonly string[]> {
  const { paginateDescribeOrderableDBInstanceOptions } = await import('@aws-sdk/client-rds');
  const pages = paginateDescribeOrderableDBInstanceOptions(
    { client },
    { Engine: engine, DBInstanceClass: `db.${name}`, Vpc: true },
  );
  const zones = new Set<string>();
  for await (const { OrderableDBInstanceOptions = [] } of pages) {
    for (const { EngineVersion = '', AvailabilityZones = [] } of OrderableDBInstanceOptions) {
      if (EngineVersion !== version && !EngineVersion.startsWith(`${version}.`)) continue;
      for (const { Name } of AvailabilityZones) if (Name !== undefined) zones.add(Name);
    }
  }
  return [...zones].sort();
}

function judge(
  { stage }: TierDefinition,
  { version }: Wanted,
  offered: readonly string[],
): Pick<Diagnosis, 'verdict' | 'says' | 'next'> {
  const needed = PROFILES[stage.profile].multiAz ? 2 : 1;
  const usable =
    'names' in stage.zones
      ? offered.filter((zone) => 'names' in stage.zones && stage.zones.names.includes(zone))
      : offered;
  const what = `version ${version}`;
  if (usable.length >= needed) return { verdict: 'good', says: `offered for ${what} in ${usable.join(', ')}` };
  return {
    verdict: 'bad',
    says:
      offered.length === 0
        ? `not offered for ${what} in this region`
        : `offered for ${what} in ${offered.join(', ')}; of the stage's zones ${usable.length || 'none'}, needed ${needed}`,
    next: 'Choose another class or other zones.',
  };
}
