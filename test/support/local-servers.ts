import { mkdtemp } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { parseTier } from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { openClient, type ConnectionTarget, type PgClient } from '../../lib/postgres';
import { KeptConnections } from '../../lib/smoke/kept-connections';
import { FileSecrets, type Credentials } from '../../lib/sources';
import { isRelational, type RelationalTopology, type ServerTopology, type Trust } from '../../lib/topology';
import { giveCertificates } from './kept-certificates';
import { removeTree } from './remove-tree';

/** Kept between runs, so that only the first test ever makes one. */
export const TEMPLATES = join(tmpdir(), `polystore-test-templates-${userInfo().uid}`);

/** A tier on this machine for one test file, with the ways in that a test needs. */
export interface TestTier extends LocalTier {
  readonly secrets: FileSecrets;
  /** Where a server's superuser logs in; `label` as in `main/r1`, a shard's as in `posts/s0`. */
  superuser(label: string): Promise<ConnectionTarget & { readonly credentials: Credentials; readonly trust: Trust }>;
  /** Runs `work` as superuser on one server, on a connection that is kept for the next and forgets what a session sets. */
  on<T>(label: string, work: (client: PgClient) => Promise<T>): Promise<T>;
}

/** Starts a tier in a new directory; `stop` removes it with everything in it. */
export async function startTestTier(tier: unknown): Promise<TestTier> {
  const directory = await mkdtemp(join(tmpdir(), 'polystore-test-'));
  const remove = (): Promise<void> => removeTree(directory);
  await giveCertificates(directory);
  const local = await startLocalTier(parseTier(tier), { directory, templates: TEMPLATES }).catch(
    async (error: unknown) => {
      await remove();
      throw error;
    },
  );
  const secrets = new FileSecrets(join(dirname(local.topologyFile), 'secrets.json'));
  const superuser: TestTier['superuser'] = async (label) => {
    const { server, store } = find(local, label);
    return {
      server,
      database: store.database,
      credentials: await secrets.read('supervisor'),
      trust: local.topology.trust,
    };
  };
  const kept = new Map<string, KeptConnections>();
  const keptOf = (label: string): KeptConnections => {
    const known =
      kept.get(label) ??
      new KeptConnections({ open: async () => openClient(await superuser(label)), timeoutMs: 10_000 });
    kept.set(label, known);
    return known;
  };
  return {
    ...local,
    secrets,
    superuser,
    on: (label, work) =>
      keptOf(label).use(async (client) => {
        const result = await work(client);
        await client.query('discard all');
        return result;
      }),
    stop: async () => {
      await Promise.all([...kept.values()].map((connections) => connections.close()));
      await local.stop();
      await remove();
    },
  };
}

function find(tier: LocalTier, label: string): { server: ServerTopology; store: RelationalTopology } {
  const [name, server] = label.split('/') as [string, string];
  const store = tier.topology.stores[name];
  if (!store || !isRelational(store)) throw new Error(`no store in the test tier for ${label}`);
  const found =
    store.kind === 'postgres'
      ? [store.primary, ...store.replicas].find((one) => one.name === server)
      : store.shards[server]?.primary;
  if (!found) throw new Error(`no server in the test tier for ${label}`);
  return { server: found, store };
}
