import type { DescribedServer } from '../sources/rds-servers';
import { isRelational, type RelationalTopology, type ServerTopology } from '../topology';
import { BACKUPS_PROMISE, proveBackups } from './backups';
import { SmokeFailure, SmokeSkip, type Check, type Evidence } from './check';
import type { CheckName } from './check-name';
import type { StoragePromise } from './storage-promises';
import type { DatabasesUnderTest } from './databases-under-test';

/** A primary with those who follow it: they stand or fall together. */
interface Cluster {
  /** `main`, or `posts/s0`. */
  readonly label: string;
  readonly primary: string;
  /** Region of the primary, where that is another than the one whose RDS is asked. */
  readonly region: string | undefined;
  /** Hosts of its servers in this region, whose RDS is asked. */
  readonly hosts: readonly string[];
  /** Servers in other regions. */
  readonly elsewhere: number;
}

/** What is looked at, once RDS has answered. */
interface Described {
  readonly clusters: readonly Cluster[];
  readonly promise: StoragePromise;
  /** The servers behind a host, at least one. @throws {SmokeFailure} where RDS knows none */
  serversAt(host: string): readonly DescribedServer[];
}

type Prove = (described: Described) => Evidence;

/** What no SQL can show. */
const PROOFS = {
  'kms-encryption': { promise: 'Storage is encrypted with a key of the store.', prove: proveEncryption },
  'multi-az': {
    promise: 'A standby or a second server stands in another zone, as the profile says.',
    prove: proveZones,
  },
  'backups-current': { promise: BACKUPS_PROMISE, prove: proveBackupsOf },
} as const satisfies Partial<Readonly<Record<CheckName, { readonly promise: string; readonly prove: Prove }>>>;

/**
 * Promises that are kept outside of the database, proven by what RDS says of its servers; skipped with the reason, never passed, where nobody can
 * be asked.
 */
export function awsChecks(name: string, tier: DatabasesUnderTest): readonly Check[] {
  return (Object.keys(PROOFS) as (keyof typeof PROOFS)[]).map((check) => ({
    name: check,
    store: name,
    subject: name,
    promise: PROOFS[check].promise,
    run: async () => PROOFS[check].prove(await describeStore(name, tier)),
  }));
}

/** @throws {SmokeSkip} where nothing is promised, or RDS can't be asked */
async function describeStore(name: string, tier: DatabasesUnderTest): Promise<Described> {
  const servers = await serversKnown(tier);
  const promise = tier.storage?.stores[name];
  if (promise === undefined)
    throw new SmokeSkip('an imported database is its owner’s to encrypt, to double and to back up');
  const store = tier.store(name);
  if (!isRelational(store)) throw new SmokeSkip('RDS is asked about its own servers only');
  return {
    clusters: clustersOf(name, store),
    promise,
    serversAt(host) {
      const found = servers.filter(({ hosts }) => hosts.includes(host));
      if (found.length === 0) throw new SmokeFailure(`RDS knows no server of ${host}`);
      return found;
    },
  };
}

/** @throws {SmokeSkip} where nobody can be asked */
async function serversKnown(tier: DatabasesUnderTest): Promise<readonly DescribedServer[]> {
  if (tier.topology.world === 'local') throw new SmokeSkip('needs AWS');
  if (tier.storage === undefined) {
    throw new SmokeSkip(
      'this stage pays for no way to the RDS API: the synthesized template is checked for it instead',
    );
  }
  return tier.describedServers().catch((error: unknown) => {
    throw new SmokeSkip(`RDS could not be asked: ${reasonOf(error)}`);
  });
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

function clustersOf(name: string, store: RelationalTopology): readonly Cluster[] {
  const clusterOf = (label: string, { primary, replicas }: Members): Cluster => {
    const here = [primary, ...replicas].filter(({ region }) => region === undefined);
    return {
      label,
      primary: primary.endpoint.host,
      region: primary.region,
      hosts: here.map(({ endpoint }) => endpoint.host),
      elsewhere: 1 + replicas.length - here.length,
    };
  };
  switch (store.kind) {
    case 'postgres':
      return [clusterOf(name, store)];
    case 'shardedPostgres':
      return Object.entries(store.shards).map(([shard, members]) => clusterOf(`${name}/${shard}`, members));
  }
}

interface Members {
  readonly primary: ServerTopology;
  readonly replicas: readonly ServerTopology[];
}

function proveEncryption({ clusters, promise, serversAt }: Described): Evidence {
  const hosts = clusters.flatMap((cluster) => cluster.hosts);
  const servers = new Map(hosts.flatMap(serversAt).map((server) => [server.identifier, server]));
  const keys = new Set<string>();
  for (const { identifier, isEncrypted, keyArn } of servers.values()) {
    if (!isEncrypted || keyArn === undefined) throw new SmokeFailure(`storage of ${identifier} is not encrypted`);
    // No two keys have one id.
    if (promise.keyId !== undefined && keyArn.split('/').at(-1) !== promise.keyId) {
      throw new SmokeFailure(`storage of ${identifier} is encrypted with another key than the store's`, {
        evidence: { key: keyArn, promised: promise.keyId },
      });
    }
    keys.add(keyArn);
  }
  const elsewhere = clusters.reduce((sum, cluster) => sum + cluster.elsewhere, 0);
  return { servers: servers.size, ...(elsewhere > 0 && { elsewhere }), keys: [...keys] };
}

function proveZones({ clusters, serversAt }: Described): Evidence {
  const zones = new Set<string>();
  for (const { label, primary, region, hosts } of clusters) {
    if (region !== undefined)
      throw new SmokeSkip(`the primary of ${label} stands in ${region}, whose RDS is not asked`);
    const standing = zonesOf(primary, hosts, serversAt);
    if (standing.size < 2) {
      throw new SmokeFailure(`${label} stands in ${[...standing].join() || 'no zone that RDS tells'} alone`);
    }
    for (const zone of standing) zones.add(zone);
  }
  return { clusters: clusters.length, zones: [...zones].sort() };
}

function proveBackupsOf({ clusters, serversAt }: Described): Evidence {
  const primaries = clusters.map(({ label, primary, region }) => {
    if (region !== undefined)
      throw new SmokeSkip(`the primary of ${label} stands in ${region}, whose RDS is not asked`);
    // Of a cluster all of its servers tell the same.
    return { label, server: serversAt(primary)[0] as DescribedServer };
  });
  return proveBackups(primaries, Date.now());
}

/** Where whoever can take over without losing a write stands: the standby of an instance, every server of an Aurora cluster. */
function zonesOf(primary: string, hosts: readonly string[], serversAt: Described['serversAt']): ReadonlySet<string> {
  const writers = serversAt(primary);
  const isAurora = writers.some((server) => server.hosts.length > 1);
  const members = isAurora ? hosts.flatMap(serversAt) : writers;
  return new Set(members.flatMap(({ zone, standbyZone }) => [zone, standbyZone]).filter((zone) => zone !== undefined));
}
