import { LIMITS, TABLE_LIMITS } from '../../catalog';
import { CLUSTER_PROFILES } from '../clusters/profile';
import { dotted, type FaultPath } from '../faults/fault';
import { rule, type Breach } from '../rule';
import { isRelational } from '../relational/kinds';
import type { ClusterStageStore, StageStore, StageStoreOf } from '../stores/in-stage';
import { serverLetters } from './server-letters';
import { mostFixedReaders } from '../sharded-postgres/servers';
import { membersOf, mostSecondaryServers, replicaOptions, secondaryRegions } from '../stores/members';
import type { StoreKind } from '../tier';
import type { TierDraft } from '../tier-draft';

/** A name in AWS that is joined by dashes from names of the definition, with what it names. */
interface JoinedName {
  readonly path: FaultPath;
  readonly identifier: string;
  /** The store that it belongs to, in its stage: what two names must not share. */
  readonly owner: string;
  /** The most characters that it may have. */
  readonly lengthMax: number;
}

export const identifierRules = [
  rule({
    id: 'identifier-length',
    when: (draft) =>
      oncePerPath(
        joinedNames(draft, longestServers).filter(({ identifier, lengthMax }) => identifier.length > lengthMax),
      ),
    message: ({ identifier, lengthMax }) =>
      `the identifier ${identifier} would have ${identifier.length} characters, AWS allows ${lengthMax}: shorten the name of the tier, the stage, the store or the server`,
  }),
  rule({
    id: 'identifiers-differ',
    when: (draft) => oncePerPath(collisions(joinedNames(draft, servers))),
    message: ({ identifier, other }) =>
      `the identifier ${identifier} would also be one of ${other}, since names are joined by dashes: rename one`,
  }),
  rule({
    id: 'stack-names-differ',
    when: (draft) => oncePerPath(collisions(joinedNames(draft, stacks))),
    message: ({ identifier, other }) =>
      `the stack ${identifier} would also be one of ${other}, since names are joined by dashes: rename one`,
  }),
];

type Part = Pick<JoinedName, 'path'> & { readonly name: string };

function joinedNames(draft: TierDraft, partsOf: (store: StageStore) => readonly Part[]): readonly JoinedName[] {
  return (draft.stages ?? []).flatMap((stage) =>
    stage.stores.flatMap((store) =>
      partsOf(store).map(({ path, name }) => ({
        path,
        identifier: [stage.estate.namePrefix, draft.name, stage.name, store.name, name]
          .filter((part) => part !== undefined && part !== '')
          .join('-'),
        owner: `stores.${store.name} in stage ${stage.name}`,
        lengthMax: namesOf(store).lengthMax,
      })),
    ),
  );
}

/** Names that AWS keeps for a store of one kind. */
interface NamesOf<K extends StoreKind> {
  /** Of servers and clusters. */
  readonly servers: (store: StageStoreOf<K>) => readonly Part[];
  /** The most characters that any of these may have. */
  readonly lengthMax: number;
  /** Of stacks, after the names of tier and stage and the store's own. */
  readonly stacks: (store: StageStoreOf<K>) => readonly Part[];
}

/** A kind without a row does not compile. */
const NAMES: { readonly [K in StoreKind]: NamesOf<K> } = {
  postgres: {
    servers: (store) => [{ path: pathOf(store), name: 'primary' }, ...membersOf(store)],
    lengthMax: LIMITS.identifierLength.value,
    stacks: (store) => {
      const regions = Object.values(replicaOptions(store)).flatMap(({ region }) =>
        region === undefined ? [] : [region],
      );
      const pooling = store.options.pooling === undefined ? [] : ['pooling'];
      return ['', ...pooling, ...new Set(regions)].map((name) => ({ path: pathOf(store), name }));
    },
  },
  shardedPostgres: {
    servers: shardServers,
    lengthMax: LIMITS.identifierLength.value,
    stacks: shardStacks,
  },
  valkey: {
    servers: ownName,
    lengthMax: LIMITS.cacheIdentifierLength.value,
    stacks: ownName,
  },
  dynamodb: {
    servers: ownName,
    lengthMax: TABLE_LIMITS.nameLength.value,
    stacks: ownName,
  },
  documentdb: {
    servers: clusterNames,
    lengthMax: LIMITS.identifierLength.value,
    stacks: ownName,
  },
  neptune: {
    servers: clusterNames,
    lengthMax: LIMITS.identifierLength.value,
    stacks: ownName,
  },
};

const pathOf = ({ name }: { readonly name: string }): FaultPath => ['stores', name];

/** Nothing but what is called like the store itself. */
function ownName(store: { readonly name: string }): readonly Part[] {
  return [{ path: pathOf(store), name: '' }];
}

/** A cluster, and its servers by number. */
function clusterNames(store: ClusterStageStore): readonly Part[] {
  const most = 1 + (store.options.readers ?? CLUSTER_PROFILES[store.profile].readers);
  const numbers = Array.from({ length: most }, (_, index) => String(index + 1));
  return ['', ...numbers].map((name) => ({ path: pathOf(store), name }));
}

// The row of a store's own kind takes that store, which the type checker can't follow through the table.
const namesOf = (store: StageStore): NamesOf<StoreKind> => NAMES[store.kind] as NamesOf<StoreKind>;

const servers = (store: StageStore): readonly Part[] => namesOf(store).servers(store as StageStoreOf<StoreKind>);
const stacks = (store: StageStore): readonly Part[] => namesOf(store).stacks(store as StageStoreOf<StoreKind>);

/**
 * A shard is a cluster, whose instances have a letter more: names are kept for as many as any shard has. Copies have the region in theirs.
 */
function shardServers(store: StageStoreOf<'shardedPostgres'>): readonly Part[] {
  const places = ['', ...secondaryRegions(store).map((region) => `-${region}`)];
  const most = Math.max(1, mostFixedReaders(store), mostSecondaryServers(store) - 1);
  const letters = ['', ...serverLetters(most).map((letter) => `-${letter}`)];
  const ends = places.flatMap((place) => letters.map((letter) => place + letter));
  return membersOf(store).flatMap(({ path, name }) => ends.map((end) => ({ path, name: name + end })));
}

/** Proxies and their endpoints, which AWS names apart from servers. */
function proxies(store: StageStore): readonly Part[] {
  if (!isRelational(store)) return [];
  const { pooling } = store.options;
  if (pooling === undefined) return [];
  const ends = pooling.reads === 'pooled' ? ['proxy', 'readers'] : ['proxy'];
  if (store.kind === 'postgres') return ends.map((name) => ({ path: pathOf(store), name }));
  return membersOf(store).flatMap(({ path, name }) => ends.map((end) => ({ path, name: `${name}-${end}` })));
}

/** One message for the longest name says what to shorten; one for each of a thousand shards would not say more. */
function longestServers(store: StageStore): readonly Part[] {
  const longest = [...servers(store), ...proxies(store)].reduce<Part | undefined>(
    (found, part) => (found === undefined || part.name.length > found.name.length ? part : found),
    undefined,
  );
  return longest === undefined ? [] : [longest];
}

/** A store has a stack of its own; its shards live ten in a stack, by letters and number, and so do their proxies. */
function shardStacks(store: StageStoreOf<'shardedPostgres'>): readonly Part[] {
  const isPooled = store.options.pooling !== undefined;
  const regions = secondaryRegions(store);
  const names = membersOf(store).flatMap(({ name }) => {
    const [, letters = '', tens = ''] = /^([a-z]+)(\d*)\d$/.exec(name) ?? [];
    const stack = `${letters}${tens === '' ? '0' : tens}`;
    return [
      `shards-${stack}`,
      ...(isPooled ? [`pooling-${stack}`] : []),
      ...(regions.length > 0 ? [`global-${stack}`] : []),
      ...regions.map((region) => `shards-${stack}-${region}`),
    ];
  });
  return ['', ...regions, ...new Set(names)].map((name) => ({ path: pathOf(store), name }));
}

/** Every name that something else has already. */
function collisions(names: readonly JoinedName[]): readonly (JoinedName & { readonly other: string })[] {
  const owners = new Map<string, string>();
  return names.flatMap((name) => {
    const other = owners.get(name.identifier);
    if (other === undefined) owners.set(name.identifier, name.owner);
    return other === undefined || other === name.owner ? [] : [{ ...name, other }];
  });
}

/** What is wrong with a name of a store is wrong in every stage, and said once. */
function oncePerPath<B extends Breach>(breaches: readonly B[]): readonly B[] {
  return [...new Map([...breaches].reverse().map((breach) => [dotted(breach.path), breach])).values()].reverse();
}
