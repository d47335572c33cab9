import type { TierDefinition } from '../definition';
import { serverName } from '../definition/names/stacks';
import { isPolystoreError } from '../errors';
import { readLastReport } from '../smoke/deployed-smoke';
import { SsmLastReport } from '../sources/last-report';
import { familiesOf } from '../topology';
import { describeCacheNodes, describeServerlessCaches } from './describe-caches';
import { describeElasticClusters } from './describe-elastic';
import { describeRds } from './describe-rds';
import { describeTables } from './describe-tables';
import type { DescribedServer, Describe } from './described-server';
import { expectedServers, type ExpectedServer, type ServerSort } from './expected-server';
import { firingAlarms } from './firing-alarms';
import { READINGS, readMetrics, type ServerMetrics } from './server-metrics';
import { STATUS_VERSION, type LastProof, type ServerRow, type TierStatus } from './tier-status';

/** Where it is asked. Absent: whatever the environment says. */
export interface AwsScope {
  readonly region?: string;
}

/** Who describes what, in words that a person reads where it could not be asked. */
const SERVICES = {
  servers: describeRds,
  caches: describeCacheNodes,
  'caches without nodes': describeServerlessCaches,
  tables: describeTables,
  'elastic clusters': describeElasticClusters,
} as const satisfies Readonly<Record<string, Describe>>;

type Service = keyof typeof SERVICES;

/** A sort of server without a row does not compile. */
const SERVICE_OF: Readonly<Record<ServerSort, Service>> = {
  postgres: 'servers',
  'aurora-postgres': 'servers',
  documentServer: 'servers',
  graphServer: 'servers',
  cacheNode: 'caches',
  serverlessCache: 'caches without nodes',
  table: 'tables',
  elasticCluster: 'elastic clusters',
};

/**
 * Asks AWS for every server of a stage in its own region, by the credentials of the environment; only reads. What can't be asked is said in
 * `unknown` and hides nothing else.
 * @throws whatever the first question was refused with, where every one was: nobody is signed in, or there is no network
 */
export async function awsTierStatus(tier: TierDefinition): Promise<TierStatus> {
  const region = tier.stage.env?.region;
  const scope: AwsScope = region === undefined ? {} : { region };
  const unknown: string[] = [];
  const refusals: unknown[] = [];
  let questions = 0;
  const ask = async <T>(what: string, work: Promise<T>, otherwise: T): Promise<T> => {
    questions += 1;
    return work.catch((error: unknown) => {
      refusals.push(error);
      unknown.push(`${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
      return otherwise;
    });
  };
  const servers = expectedServers(tier);
  const asked = (Object.keys(SERVICES) as Service[]).map((service) => ({
    service,
    servers: servers.filter(({ sort }) => SERVICE_OF[sort] === service),
  }));
  const [described, metrics, alarms, smoke] = await Promise.all([
    Promise.all(
      asked
        .filter((one) => one.servers.length > 0)
        .map(async (one) => {
          const work = SERVICES[one.service](scope, one.servers);
          return [one.service, await ask(one.service, work, undefined)] as const;
        }),
    ),
    ask('metrics', readMetrics(scope, servers), new Map<string, ServerMetrics>()),
    ask('alarms', firingAlarms(scope, serverName(tier, '')), []),
    ask('last proof', lastProof(tier, scope, unknown), undefined),
  ]);
  if (refusals.length === questions) throw refusals[0];
  const by = new Map(described);
  return {
    version: STATUS_VERSION,
    tier: tier.name,
    stage: tier.stage.name,
    world: 'aws',
    at: new Date().toISOString(),
    servers: servers.map((server) => rowOf(server, by.get(SERVICE_OF[server.sort]), metrics.get(server.identifier))),
    alarms,
    ...(smoke && { smoke }),
    unknown,
  };
}

function rowOf(
  { store, name, identifier, sort, maxConnections }: ExpectedServer,
  described: ReadonlyMap<string, DescribedServer> | undefined,
  metrics: ServerMetrics = {},
): ServerRow {
  const row = { store, name, ...loadOf(metrics, maxConnections) };
  if (described === undefined) return { ...row, state: 'could not be asked', isWell: false };
  const found = described.get(identifier);
  if (found === undefined) return { ...row, state: 'not there', isWell: false };
  const role = found.role ?? roleIn(metrics);
  return {
    ...row,
    ...found,
    ...(role && { role }),
    ...(role === 'replica' && { lagMs: metrics.lagMs ?? READINGS[sort].silentLag }),
  };
}

const roleIn = ({ isPrimary }: ServerMetrics): 'primary' | 'replica' | undefined =>
  isPrimary === undefined ? undefined : isPrimary > 0.5 ? 'primary' : 'replica';

function loadOf(metrics: ServerMetrics, most: number | undefined): Partial<ServerRow> {
  const { connections, dbLoad, memoryBytes: bytes, memoryPercent: percent } = metrics;
  return {
    ...(connections !== undefined && { connections: { used: connections, ...(most !== undefined && { most }) } }),
    ...(dbLoad !== undefined && { dbLoad }),
    ...((bytes !== undefined || percent !== undefined) && {
      memory: { ...(bytes !== undefined && { bytes }), ...(percent !== undefined && { percent }) },
    }),
  };
}

/** Of all functions that prove the tier's stores; what none has proven yet is said in `unknown`. */
async function lastProof(
  { name, stage, stores }: TierDefinition,
  scope: AwsScope,
  unknown: string[],
): Promise<LastProof | undefined> {
  const prefix = `/${name}/${stage.name}`;
  const { SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(scope);
  try {
    const { startedAt, counts, notProven } = await readLastReport({
      prefix,
      families: familiesOf(Object.values(stores)),
      reportOf: (family) => new SsmLastReport(prefix, family, client),
    });
    unknown.push(...notProven.map((family) => `last proof: nothing of ${family} was proven yet`));
    return { at: startedAt, counts };
  } catch (error) {
    if (isPolystoreError(error, 'DOCUMENT_MISSING')) return undefined;
    throw error;
  }
}
