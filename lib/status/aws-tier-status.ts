import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { isRelational, type TierDefinition } from '../definition';
import { serverName } from '../definition/stack-names';
import { isPolystoreError } from '../errors';
import { regionInventory } from '../inventory';
import { readLastReport } from '../smoke/deployed-smoke';
import { SsmLastReport } from '../sources/last-report';
import { readMetrics, type ServerMetrics } from './server-metrics';
import { firingAlarms } from './firing-alarms';
import { storesNotAsked } from './stores-not-asked';
import { STATUS_VERSION, type LastProof, type ServerRow, type TierStatus } from './tier-status';

/** Where it is asked. Absent: whatever the environment says. */
export interface AwsScope {
  readonly region?: string;
}

/**
 * Asks AWS for every server of a stage in its own region, by the credentials of the environment; only reads. What can't be asked is said in
 * `unknown` and hides nothing else.
 */
export async function awsTierStatus(tier: TierDefinition): Promise<TierStatus> {
  const region = tier.stage.env?.region;
  const scope: AwsScope = region === undefined ? {} : { region };
  const unknown = [...storesNotAsked(tier)];
  const ask = async <T>(what: string, work: Promise<T>, otherwise: T): Promise<T> =>
    work.catch((error: unknown) => {
      unknown.push(`${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
      return otherwise;
    });
  const servers = serversOf(tier);
  const [described, metrics, alarms, smoke] = await Promise.all([
    ask('servers', describeServers(scope), undefined),
    ask('metrics', readMetrics(scope, servers), new Map<string, ServerMetrics>()),
    ask('alarms', firingAlarms(scope, serverName(tier, '')), []),
    ask('last proof', lastProof(tier, scope), undefined),
  ]);
  return {
    version: STATUS_VERSION,
    tier: tier.name,
    stage: tier.stage.name,
    world: 'aws',
    at: new Date().toISOString(),
    servers: servers.map((server) => rowOf(server, described, metrics.get(server.identifier))),
    alarms,
    ...(smoke && { smoke }),
    unknown,
  };
}

/** A server that the definition says there is. */
export interface ExpectedServer {
  readonly store: string;
  readonly name: string;
  readonly identifier: string;
  readonly engine: 'postgres' | 'aurora-postgres';
  readonly maxConnections: number;
}

function serversOf(tier: TierDefinition): readonly ExpectedServer[] {
  return regionInventory(tier).servers.flatMap(({ store, name, engine }) => {
    const definition = tier.stores[store];
    if (definition === undefined || !isRelational(definition)) return [];
    const { maxConnections } = definition;
    return [{ store, name, engine, identifier: serverName(tier, store, name), maxConnections }];
  });
}

interface Described {
  readonly instances: ReadonlyMap<string, DBInstance>;
  readonly clusters: ReadonlyMap<string, DBCluster>;
}

/** Two lists, whatever the number of servers. */
async function describeServers(scope: AwsScope): Promise<Described> {
  const { paginateDescribeDBClusters, paginateDescribeDBInstances, RDSClient } = await import('@aws-sdk/client-rds');
  const client = new RDSClient(scope);
  const instances = new Map<string, DBInstance>();
  const clusters = new Map<string, DBCluster>();
  await Promise.all([
    (async () => {
      for await (const { DBInstances = [] } of paginateDescribeDBInstances({ client }, {}))
        for (const one of DBInstances) instances.set(one.DBInstanceIdentifier ?? '', one);
    })(),
    (async () => {
      for await (const { DBClusters = [] } of paginateDescribeDBClusters({ client }, {}))
        for (const one of DBClusters) clusters.set(one.DBClusterIdentifier ?? '', one);
    })(),
  ]);
  return { instances, clusters };
}

function rowOf(
  server: ExpectedServer,
  described: Described | undefined,
  metrics: ServerMetrics | undefined,
): ServerRow {
  const { store, name, identifier, maxConnections } = server;
  const row = { store, name, ...loadOf(metrics, maxConnections) };
  if (described === undefined) return { ...row, state: 'not asked', isWell: true };
  const instance = described.instances.get(identifier);
  if (instance === undefined) return { ...row, state: 'not there', isWell: false };
  const cluster = described.clusters.get(instance.DBClusterIdentifier ?? '');
  const state = instance.DBInstanceStatus ?? 'unknown';
  const role = roleOf(instance, cluster);
  const restorable = (cluster?.LatestRestorableTime ?? instance.LatestRestorableTime)?.toISOString();
  return {
    ...row,
    role,
    ...(role === 'replica' && { lagMs: metrics?.lagMs ?? 'unknown' }),
    ...(restorable !== undefined && { restorableTo: restorable }),
    state,
    isWell: WELL.test(state),
  };
}

/** States in which a server serves. @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
const WELL = /^(available|backing-up|storage-optimization|storage-config-upgrade|configuring-.*|maintenance)$/;

function roleOf(
  { DBInstanceIdentifier: own, ReadReplicaSourceDBInstanceIdentifier: source }: DBInstance,
  cluster: DBCluster | undefined,
) {
  if (cluster === undefined) return source === undefined ? 'primary' : 'replica';
  const member = cluster.DBClusterMembers?.find(({ DBInstanceIdentifier: id }) => id === own);
  return member?.IsClusterWriter === true ? 'primary' : 'replica';
}

function loadOf(metrics: ServerMetrics | undefined, most: number): Partial<ServerRow> {
  if (metrics === undefined) return {};
  const { connections, dbLoad } = metrics;
  return {
    ...(connections !== undefined && { connections: { used: connections, most } }),
    ...(dbLoad !== undefined && { dbLoad }),
  };
}

async function lastProof({ name, stage }: TierDefinition, scope: AwsScope): Promise<LastProof | undefined> {
  const prefix = `/${name}/${stage.name}`;
  const { SSMClient } = await import('@aws-sdk/client-ssm');
  try {
    const { startedAt, counts } = await readLastReport(prefix, new SsmLastReport(prefix, new SSMClient(scope)));
    return { at: startedAt, counts };
  } catch (error) {
    if (isPolystoreError(error, 'DOCUMENT_MISSING')) return undefined;
    throw error;
  }
}
