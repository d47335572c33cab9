import type { RDSClient } from '@aws-sdk/client-rds';
import type { InstanceClass, PostgresEngineOffering } from '../catalog';
import { isRelational, type TierDefinition } from '../definition';
import { PROFILES } from '../definition/profile';
import { inventoryOf } from '../inventory';
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
  readonly engine: PostgresEngineOffering;
  readonly class: InstanceClass | 'serverless';
  /** Major version. */
  readonly version: string;
}

/** Whether RDS offers every class of the stage, for its engine and version, in enough zones of the region. */
export async function diagnoseInstanceClasses(tier: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const { RDSClient } = await import('@aws-sdk/client-rds');
  const client = new RDSClient(scope);
  const diagnoses = await Promise.all(
    wantedClasses(tier).map((wanted) => {
      const subject = `${ENGINES[wanted.engine]} db.${wanted.class}`;
      return askAws(subject, 'rds:DescribeOrderableDBInstanceOptions', async () => [
        { subject, ...judge(tier, wanted, await zonesOffering(client, wanted)) },
      ]);
    }),
  );
  return diagnoses.flat();
}

function wantedClasses(tier: TierDefinition): readonly Wanted[] {
  const wanted = inventoryOf(tier).servers.map((server): Wanted => ({
    engine: server.engine,
    class: server.class,
    version: versionOf(tier, server.store),
  }));
  return [...new Map(wanted.map((one) => [Object.values(one).join(), one])).values()];
}

function versionOf({ stores }: TierDefinition, name: string): string {
  const store = stores[name];
  return store !== undefined && isRelational(store) ? store.version : '';
}

async function zonesOffering(client: RDSClient, { engine, class: name, version }: Wanted): Promise<readonly string[]> {
  const { paginateDescribeOrderableDBInstanceOptions } = await import('@aws-sdk/client-rds');
  const pages = paginateDescribeOrderableDBInstanceOptions(
    { client },
    { Engine: ENGINES[engine], DBInstanceClass: `db.${name}`, Vpc: true },
  );
  const zones = new Set<string>();
  for await (const { OrderableDBInstanceOptions = [] } of pages) {
    for (const { EngineVersion = '', AvailabilityZones = [] } of OrderableDBInstanceOptions) {
      if (EngineVersion.split('.')[0] !== version) continue;
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
