import { dirname } from 'node:path';
import type { EngineProgram } from '../../lib/local/engine-program';
import type { RunningEngine } from '../../lib/local/engine-room';
import type { PlannedServer } from '../../lib/local/tier-plan';
import { startValkey, type PlannedValkey } from '../../lib/local/valkey';
import { valkeyChecks } from '../../lib/smoke/valkey';
import { ValkeyClients, type ValkeyUnderTest } from '../../lib/smoke/valkey-under-test';
import { CACHE_ACCESS } from '../../lib/topology';
import { newCredentials } from './credentials';
import type { Proof, Stage } from './proof';
import { provideValkey } from './provide-valkey';

export const proveValkey: Proof<EngineProgram> = {
  kind: 'valkey',
  provide: provideValkey,
  describe: ({ engine, path, version }) => `${engine} ${version} in ${dirname(path)}`,
  tests: {
    files: [
      'test/smoke/valkey.test.ts',
      'test/routing/cache-aside.test.ts',
      'test/routing/valkey-logins.test.ts',
      'test/rotation/cache-login.test.ts',
      'test/rotation/handlers.test.ts',
      'test/local/valkey.test.ts',
      'test/local/given-servers.test.ts',
      'test/local/side-by-side.test.ts',
    ],
    programsOf: ({ path }) => dirname(path),
  },
  prove: async (stage, program) => {
    const single = planOf('sessions', 'single', { primary: ['r1'] });
    await proveShape(stage, program, single, 'a primary and a replica');
    const cluster = planOf('feeds', 'cluster', { s0: [], s1: [], s2: [] });
    await proveShape(stage, program, cluster, 'a cluster of three shards');
  },
};

const server = (store: string, name: string, role: PlannedServer['role']): PlannedServer => ({
  store,
  name,
  label: `${store}/${name}`,
  role,
});

/** `shards`: the replicas of each primary, by its name. */
function planOf(
  store: string,
  mode: PlannedValkey['mode'],
  shards: Readonly<Record<string, readonly string[]>>,
): PlannedValkey {
  return {
    store,
    mode,
    shards: Object.entries(shards).map(([primary, replicas]) => ({
      primary: server(store, primary, 'primary'),
      replicas: replicas.map((name) => server(store, name, 'replica')),
    })),
    users: [{ credentials: newCredentials('polystore_smoke'), rules: CACHE_ACCESS.smoke }],
    replication: newCredentials('polystore_replication'),
  };
}

async function proveShape(
  { room, signal, prove, disprove }: Stage,
  program: EngineProgram,
  plan: PlannedValkey,
  subject: string,
) {
  const running = await startValkey(room, program, plan, signal);
  const clients = new ValkeyClients();
  try {
    const servers = running.map(underTest);
    const replicas = servers.filter((_, index) => running[index]?.planned.role === 'replica');
    const store: ValkeyUnderTest = {
      store: plan.store,
      mode: plan.mode,
      primary: servers[0] as (typeof servers)[number],
      replicas,
      login: () => Promise.resolve((plan.users[0] as PlannedValkey['users'][number]).credentials),
      trust: { kind: 'file', path: room.tls.authority },
      timeoutMs: 8_000,
      clients,
    };
    await prove(subject, valkeyChecks(store));
    if (plan.mode === 'cluster') return;
    const promoted = valkeyChecks({ ...store, replicas: [store.primary] });
    await disprove(
      "a primary in a replica's place",
      promoted.filter(({ name }) => name === 'refuses-writes'),
    );
  } finally {
    await clients.close();
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

const underTest = ({ planned: { label }, port }: RunningEngine) => ({ label, host: '127.0.0.1', port });
