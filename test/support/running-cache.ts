import { readFileSync } from 'node:fs';
import Valkey from 'iovalkey';
import { ensureCertificates } from '../../lib/local/certificates';
import { requireProgram } from '../../lib/local/engine-program';
import type { RunningEngine } from '../../lib/local/engine-room';
import { tierDirectory } from '../../lib/local/tier-directory';
import { startValkey, valkeyPrograms, type PlannedValkey } from '../../lib/local/valkey';
import type { ServerTopology, StoreTrust } from '../../lib/topology';
import { SEARCH_PATH } from './real-engine';

/** Servers of a cache, by shard: each primary with its replicas. */
export interface CacheShape {
  readonly mode: 'single' | 'cluster';
  readonly servers: readonly (readonly [string, ...string[]])[];
}

/** A cache `cache` that runs on this machine, with a user `app`, whose password is `first`. */
export interface RunningCache {
  readonly servers: readonly ServerTopology[];
  readonly trust: Extract<StoreTrust, { readonly kind: 'file' }>;
  /** Logged in to each server as somebody who may do everything. */
  readonly admins: readonly Valkey[];
  stop(): Promise<void>;
}

const ADMIN = { username: 'admin', password: 'all' };

/** Starts it. Whoever does stops it. */
export async function startCache(directory: string, { mode, servers }: CacheShape): Promise<RunningCache> {
  const place = tierDirectory(directory);
  const tls = await ensureCertificates(place.tls);
  const guard = { starting: () => undefined, ended: () => undefined };
  const plan: PlannedValkey = {
    store: 'cache',
    mode,
    shards: servers.map(([primary, ...replicas]) => ({
      primary: { store: 'cache', name: primary, label: `cache/${primary}`, role: 'primary' },
      replicas: replicas.map((name) => ({ store: 'cache', name, label: `cache/${name}`, role: 'replica' })),
    })),
    users: [
      { credentials: { username: 'app', password: 'first' }, rules: '~* &* +@all -@dangerous -@admin +info' },
      { credentials: ADMIN, rules: '~* &* +@all' },
    ],
    replication: { username: 'replication', password: 'follow' },
  };
  const running = await startValkey(
    { directory: place, tls, ports: { kind: 'free' }, run: 'abc', guard },
    await requireProgram(valkeyPrograms(SEARCH_PATH)),
    plan,
  );
  const ca = readFileSync(tls.authority, 'utf8');
  const admins = running.map(({ port }) => new Valkey({ ...ADMIN, host: '127.0.0.1', port, tls: { ca } }));
  return {
    servers: running.map(serverOf),
    trust: { kind: 'file', path: tls.authority },
    admins,
    async stop() {
      for (const admin of admins) admin.disconnect();
      await Promise.all(running.map(({ process }) => process.stop()));
    },
  };
}

const serverOf = ({ planned, port }: RunningEngine): ServerTopology => ({
  name: planned.name,
  endpoint: { host: '127.0.0.1', port, via: 'direct' },
});
