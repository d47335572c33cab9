import type { PoolPart, ShardsPart, StoreParts } from './parts';
import type { LoginSecrets, ServerTopology, StoreTopology } from './topology';

/** What a store is put together from, beside what its own stack says. */
export interface Surroundings {
  readonly store: string;
  /** @throws {PolystoreError} DOCUMENT_MISSING where the stack of access has not said */
  readonly logins: () => LoginSecrets;
  readonly pools: readonly PoolPart[];
  /** @throws {PolystoreError} DOCUMENT_MISSING where a stack has not said */
  readonly shards: () => readonly ShardsPart[];
}

type Assemble<K extends StoreTopology['kind']> = (
  part: StoreParts[K],
  surroundings: Surroundings,
) => Extract<StoreTopology, { readonly kind: K }>;

/** A kind without a row does not compile. */
const ASSEMBLERS: { readonly [K in StoreTopology['kind']]: Assemble<K> } = {
  postgres: ({ owner, ...rest }, { store, logins, pools }) => ({
    ...rest,
    primary: { ...rest.primary, ...pooledWay(pools, store, 'primaries', 'primary') },
    secrets: { owner, ...logins() },
  }),
  shardedPostgres: (part, { store, logins, pools, shards }) => ({
    ...part,
    shards: Object.fromEntries(
      shards().flatMap(({ port, shards: shardParts }) =>
        Object.entries(shardParts).map(([name, { primary, replicas, owner }]) => [
          name,
          {
            primary: { ...server('primary', primary, port), ...pooledWay(pools, store, 'primaries', name) },
            replicas: Object.entries(replicas).map(([replica, host]) => ({
              ...server(replica, host, port),
              ...pooledWay(pools, store, 'readers', name),
            })),
            secrets: { owner, ...logins() },
          },
        ]),
      ),
    ),
  }),
  valkey: (part, { logins }) => ({ ...part, secrets: logins() }),
  // Nobody logs in.
  dynamodb: (part) => part,
  documentdb: ({ owner, ...rest }, { logins }) => ({ ...rest, secrets: { owner, ...logins() } }),
  neptune: (part) => part,
};

function server(name: string, host: string, port: number): ServerTopology {
  return { name, endpoint: { host, port, via: 'direct' } };
}

/** The pooled way to a server, as a field to add; nothing where no pool leads there. */
function pooledWay(
  pools: readonly PoolPart[],
  store: string,
  side: 'primaries' | 'readers',
  name: string,
): Pick<ServerTopology, 'pooled'> {
  const pool = pools.find((part) => part.store === store && Object.hasOwn(part[side], name));
  const host = pool?.[side][name];
  return pool === undefined || host === undefined ? {} : { pooled: { host, port: pool.port, via: 'pooled' } };
}

/** A store of the topology, of what its stack and others say of it. */
export function assembleStore(
  part: StoreParts[StoreTopology['kind']],
  surroundings: Surroundings,
): StoreTopology | StoreParts[StoreTopology['kind']] {
  const assemble = ASSEMBLERS[part.kind] as Assemble<StoreTopology['kind']> | undefined;
  // A kind that this version does not know is refused with the assembled topology.
  return assemble?.(part, surroundings) ?? part;
}
