import type { TierDefinition, ValkeyDefinition } from '../definition';
import type { Credentials } from '../sources/secrets';
import {
  CACHE_ACCESS,
  SMOKE_ROLE,
  type AbsentStore,
  type LoginSecrets,
  type ServerTopology,
  type StoreTopology,
} from '../topology';
import { absentStore, findProgram } from './engine-program';
import { planGivenValkey } from './given-valkey';
import type { PlannedStore, StorePlace } from './other-engines';
import { LOCAL_HOST } from './server-settings';
import type { PlannedServer } from './tier-plan';
import { startValkey, valkeyPrograms, type PlannedValkey, type PlannedValkeyShard } from './valkey';
import type { ValkeyUser } from './valkey-settings';

/** As many shards, and replicas of each, as run here at most: what more would show, these do. */
const MOST_LOCAL_SHARDS = 3;
const MOST_LOCAL_REPLICAS = 2;
/** As whom replicas follow; no topology names it. */
const REPLICATION_USER = 'polystore_replication';

/** How a store of kind `valkey` runs on this machine: on Valkey, or the Redis that it began as, whichever is found. */
export async function planValkeyStore(
  definition: ValkeyDefinition,
  { tier, searchPath, url }: StorePlace,
): Promise<PlannedStore | AbsentStore> {
  const store = definition.name;
  const users = usersOf(store, tier.services);
  if (url !== undefined) return planGivenValkey(definition, url, users);
  const search = valkeyPrograms(searchPath);
  const program = await findProgram(search);
  if (program === undefined) return absentStore('valkey', search, store);
  const shards = shardsOf(definition);
  const replication = `${store}/replication`;
  return {
    store,
    servers: shards.flatMap(({ primary, replicas }) => [primary, ...replicas]),
    users: { ...Object.fromEntries(users.map(({ secret, name }) => [secret, name])), [replication]: REPLICATION_USER },
    start: (room, secrets, signal) => {
      const credentialsOf = (secret: string): Credentials => secrets[secret] as Credentials;
      const plan: PlannedValkey = {
        store,
        mode: definition.shape.kind === 'replicationGroup' ? 'single' : 'cluster',
        shards,
        users: users.map(({ secret, rules }): ValkeyUser => ({ credentials: credentialsOf(secret), rules })),
        replication: credentialsOf(replication),
      };
      return startValkey(room, program, plan, signal);
    },
    topology: (portOf) => topologyOf(definition, { shards, users, portOf }),
  };
}

function shardsOf({ name: store, shape }: ValkeyDefinition): readonly PlannedValkeyShard[] {
  const server = (name: string, role: PlannedServer['role']): PlannedServer => ({
    store,
    name,
    label: `${store}/${name}`,
    role,
  });
  const count = Math.min(shape.kind === 'serverlessCache' ? 0 : shape.replicas, MOST_LOCAL_REPLICAS);
  const replicasOf = (prefix: string): readonly PlannedServer[] =>
    Array.from({ length: count }, (_, index) => server(`${prefix}r${index + 1}`, 'replica'));
  if (shape.kind === 'replicationGroup') return [{ primary: server('primary', 'primary'), replicas: replicasOf('') }];
  const shards = shape.kind === 'serverlessCache' ? 1 : Math.min(shape.shards, MOST_LOCAL_SHARDS);
  return Array.from({ length: shards }, (_, index) => ({
    primary: server(`s${index}`, 'primary'),
    replicas: replicasOf(`s${index}-`),
  }));
}

/** Who logs in to a cache, and what it may do. */
export interface CacheUser {
  readonly name: string;
  readonly secret: string;
  readonly rules: string;
}

/** The smoke test, and each service that uses the store, with the same rights as on AWS. */
function usersOf(store: string, services: TierDefinition['services']): readonly CacheUser[] {
  return [
    { name: SMOKE_ROLE, secret: `${store}/smoke`, rules: CACHE_ACCESS.smoke },
    ...Object.values(services).flatMap(({ name, uses }): CacheUser[] => {
      const access = uses[store];
      return access === undefined ? [] : [{ name, secret: `${store}/services/${name}`, rules: CACHE_ACCESS[access] }];
    }),
  ];
}

/** The smoke test's is the first. */
export const loginsOf = ([smoke, ...services]: readonly CacheUser[]): LoginSecrets => ({
  smoke: smoke?.secret ?? '',
  services: Object.fromEntries(services.map(({ name, secret }) => [name, secret])),
});

interface Running {
  readonly shards: readonly PlannedValkeyShard[];
  readonly users: readonly CacheUser[];
  readonly portOf: (server: PlannedServer) => number;
}

function topologyOf({ engine, shape }: ValkeyDefinition, { shards, users, portOf }: Running): StoreTopology {
  const serverOf = (planned: PlannedServer, name = planned.name): ServerTopology => ({
    name,
    endpoint: { host: LOCAL_HOST, port: portOf(planned), via: 'direct' },
  });
  const [{ primary, replicas }, ...others] = shards as [PlannedValkeyShard, ...PlannedValkeyShard[]];
  const isSpread = shape.kind !== 'replicationGroup';
  return {
    kind: 'valkey',
    engine,
    primary: serverOf(primary, 'primary'),
    // With slots a client learns of them from the servers.
    replicas: isSpread ? [] : replicas.map((replica) => serverOf(replica)),
    ...(isSpread && { slots: { shards: 1 + others.length, replicasAShard: replicas.length } }),
    secrets: loginsOf(users),
  };
}
