import { dirname, join } from 'node:path';
import { type LocalTier } from '../local';
import { SUPERVISOR_SECRET } from '../local/secrets-file';
import { withClient, type ConnectionTarget, type PgClient } from '../postgres';
import { openRouter, type Router } from '../routing';
import { FileSecrets, FileTopology, type Credentials } from '../sources';
import { isRelational, type ServerTopology, type Topology } from '../topology';

/** What a drill works on: a tier on this machine, with the ways in that a drill needs. */
export interface DrillTier {
  readonly topology: Topology;
  readonly secrets: FileSecrets;
  /** The tier's own process, where this one is it: only then servers can be killed and started. */
  readonly own: LocalTier | undefined;
  /** Runs `work` in a store's database on one server, as the kit's superuser. */
  asSupervisor<T>(store: string, server: ServerTopology, work: (client: PgClient) => Promise<T>): Promise<T>;
  /** Runs `work` as the owner of a store's database: what an application's own connection meets. */
  asOwner<T>(store: string, server: ServerTopology, work: (client: PgClient) => Promise<T>): Promise<T>;
  /** Where the owner of a store's database logs in. */
  ownerTarget(store: string, server: ServerTopology): Promise<ConnectionTarget>;
  /** A router as an application has one, as the owner; whoever opens it closes it. */
  openRouter(maxLagMs: number): Promise<Router>;
}

/** Shown in `pg_stat_activity` by everything that a drill opens. */
export const DRILL_APPLICATION = 'polystore-drill';
const TIMEOUT_MS = 5_000;

/** The tier whose topology file this is; its secrets stand beside it. `own`: the tier, where this process started it. */
export async function openDrillTier(topologyFile: string, own: LocalTier | undefined): Promise<DrillTier> {
  const topology = await new FileTopology(topologyFile).read();
  const secrets = new FileSecrets(join(dirname(topologyFile), 'secrets.json'));
  const options = { timeoutMs: TIMEOUT_MS, applicationName: DRILL_APPLICATION };
  const targetOf = (store: string, server: ServerTopology, credentials: Credentials): ConnectionTarget => ({
    server,
    database: databaseOf(topology, store),
    credentials,
    trust: topology.trust,
  });
  const ownerTarget: DrillTier['ownerTarget'] = async (store, server) =>
    targetOf(store, server, await secrets.read(ownerSecretOf(topology, store, server)));
  return {
    topology,
    secrets,
    own,
    ownerTarget,
    asOwner: async (store, server, work) => withClient(await ownerTarget(store, server), work, options),
    asSupervisor: async (store, server, work) =>
      withClient(targetOf(store, server, await secrets.read(SUPERVISOR_SECRET)), work, options),
    openRouter: (maxLagMs) =>
      openRouter({
        topology: { read: () => Promise.resolve(topology) },
        secrets,
        login: { kind: 'owner' },
        maxLagMs,
        pool: { applicationName: DRILL_APPLICATION, max: 2 },
      }),
  };
}

function databaseOf({ stores }: Topology, store: string): string {
  const found = stores[store];
  return found !== undefined && isRelational(found) ? found.database : '';
}

function ownerSecretOf({ stores }: Topology, store: string, { endpoint }: ServerTopology): string {
  const found = stores[store];
  if (found === undefined || !isRelational(found))
    throw new RangeError(`no store "${store}" with an owner in the topology`);
  if (found.kind === 'postgres') return found.secrets.owner;
  const shard = Object.values(found.shards).find(({ primary }) => primary.endpoint.port === endpoint.port);
  if (shard === undefined) throw new RangeError(`no shard of "${store}" at port ${endpoint.port}`);
  return shard.secrets.owner;
}
