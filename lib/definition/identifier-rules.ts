import { LIMITS } from '../catalog';
import { dotted, type FaultPath } from './fault';
import { rule, type Breach } from './rule';
import type { StageStore } from './stage-store';
import { serverLetters } from './server-letters';
import { mostFixedReaders } from './shard-servers';
import { membersOf, mostSecondaryServers, replicaOptions, secondaryRegions } from './store-members';
import type { TierDraft } from './tier-draft';

/** A name in AWS that is joined by dashes from names of the definition, with what it names. */
interface JoinedName {
  readonly path: FaultPath;
  readonly identifier: string;
  /** The store that it belongs to, in its stage: what two names must not share. */
  readonly owner: string;
}

export const identifierRules = [
  rule({
    id: 'identifier-length',
    when: (draft) =>
      oncePerPath(
        joinedNames(draft, longestServers).filter(
          ({ identifier }) => identifier.length > LIMITS.identifierLength.value,
        ),
      ),
    message: ({ identifier }) =>
      `the identifier ${identifier} would have ${identifier.length} characters, AWS allows ${LIMITS.identifierLength.value}: shorten the name of the tier, the stage, the store or the server`,
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
      })),
    ),
  );
}

/** Instances and clusters. A shard is a cluster, whose instances have a letter more: names are kept for as many as any shard has. */
function servers(store: StageStore): readonly Part[] {
  const members = membersOf(store);
  switch (store.kind) {
    case 'postgres':
      return [{ path: ['stores', store.name], name: 'primary' }, ...members];
    case 'shardedPostgres':
      return members.flatMap(({ path, name }) =>
        [
          '',
          ...serverLetters(Math.max(1, mostFixedReaders(store), mostSecondaryServers(store) - 1)).map(
            (letter) => `-${letter}`,
          ),
        ].map((end) => ({
          path,
          name: name + end,
        })),
      );
  }
}

/** Proxies and their endpoints, which AWS names apart from servers. */
function proxies(store: StageStore): readonly Part[] {
  const { pooling } = store.options;
  if (pooling === undefined) return [];
  const ends = pooling.reads === 'pooled' ? ['proxy', 'readers'] : ['proxy'];
  if (store.kind === 'postgres') return ends.map((name) => ({ path: ['stores', store.name], name }));
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
function stacks(store: StageStore): readonly Part[] {
  const own = { path: ['stores', store.name], name: '' };
  const isPooled = store.options.pooling !== undefined;
  if (store.kind !== 'shardedPostgres') {
    const regions = Object.values(replicaOptions(store)).flatMap(({ region }) =>
      region === undefined ? [] : [region],
    );
    return ['', ...(isPooled ? ['pooling'] : []), ...new Set(regions)].map((name) => ({ ...own, name }));
  }
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
  return [own, ...[...regions, ...new Set(names)].map((name) => ({ path: own.path, name }))];
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
