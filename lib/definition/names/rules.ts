import { LIMITS, RESERVED_DATABASE_NAMES, RESERVED_ROLE_NAMES } from '../../catalog';
import type { FaultPath } from '../faults/fault';
import { defaultDatabase } from '../postgres/resolve';
import { relationalStores, rule, stageStores } from '../rule';
import { membersOf } from '../stores/members';
import type { TierDraft } from '../tier-draft';

/** The name of a tier is part of every name in an account, so it is kept short. */
const TIER_NAME_LENGTH = 20;

/** The longest name of a function of the kit, after the names of tier and stage. */
const LONGEST_FUNCTION = 'provision-relational';

/** Words of the router's handle, and of every JavaScript object: a store of that name could not be reached as `router.<store>`. */
const ROUTER_WORDS: ReadonlySet<string> = new Set([
  'catch',
  'close',
  'closing',
  'constructor',
  'context',
  'entries',
  'events',
  'express',
  'finally',
  'on',
  'off',
  'prototype',
  'refresh',
  'service',
  'services',
  'session',
  'store',
  'stores',
  'then',
  'topology',
]);

/** Stacks of the tier itself, also in another region: a store's stack is called like the store. */
const TIER_STACK = /^(access|alarms|endpoints|network|operations|rotation)(-[a-z]{2,4}(-[a-z]+)+-\d)?$/;

/** The name that a primary has in every topology. */
const PRIMARY = 'primary';

interface Named {
  readonly path: FaultPath;
  readonly name: string;
}

/** What AWS accepts in the identifier of a database, less upper case, which it folds. */
const isName = (name: string): boolean => /^[a-z](-?[a-z0-9])*$/.test(name);

/** How names of tiers, stages, stores and services are spelt. */
export const NAME_SPELLING =
  'lower-case letters, digits and single dashes, starting with a letter and not ending with a dash';

export const nameRules = [
  rule({
    id: 'tier-name',
    when: ({ name }) =>
      name === undefined || (isName(name) && name.length <= TIER_NAME_LENGTH) ? [] : [{ path: ['name'], name }],
    message: ({ name }) => `got "${name}", allowed: ${NAME_SPELLING}, at most ${TIER_NAME_LENGTH} characters`,
  }),
  rule({
    id: 'tier-name-of-parameters',
    when: ({ name }) => (name !== undefined && /^(aws|ssm)/.test(name) ? [{ path: ['name'], name }] : []),
    message: ({ name }) => `got "${name}", but AWS keeps parameters that start with "aws" or "ssm" to itself`,
  }),
  rule({
    id: 'name',
    when: (draft) => [...namesUnder('stages', draft), ...namesUnder('stores', draft), ...namesUnder('services', draft)],
    message: ({ name }: Named) => `"${name}" is a name that AWS would refuse, allowed: ${NAME_SPELLING}`,
  }),
  rule({
    id: 'stage-name-length',
    when: ({ name: tier = '', stages = [] }) =>
      stages
        .map(({ name }) => ({ path: ['stages', name], functionName: `${tier}-${name}-${LONGEST_FUNCTION}` }))
        .filter(({ functionName }) => functionName.length > LIMITS.functionNameLength.value),
    message: ({ functionName }) =>
      `the function ${functionName} would have ${functionName.length} characters, AWS allows ${LIMITS.functionNameLength.value}: shorten the name of the tier or the stage`,
  }),
  rule({
    id: 'replica-name',
    when: (draft) => replicas(draft).filter(({ name }) => !isName(name)),
    message: ({ name }) => `"${name}" is a name that AWS would refuse, allowed: ${NAME_SPELLING}`,
  }),
  rule({
    id: 'replica-called-primary',
    when: (draft) => replicas(draft).filter(({ name }) => name === PRIMARY),
    message: () => `a replica can't be called "${PRIMARY}": that is what the store's primary is called`,
  }),
  rule({
    id: 'shard-name',
    when: (draft) => shards(draft).filter(({ name }) => !/^[a-z]+(0|[1-9]\d*)$/.test(name)),
    message: ({ name }) =>
      `"${name}" is not a shard name, allowed: lower-case letters and a number without leading zeros, such as s0 or eu12`,
  }),
  rule({
    id: 'store-name-of-router',
    when: ({ stores = [] }) =>
      stores.filter(({ name }) => ROUTER_WORDS.has(name)).map(({ name }) => ({ path: ['stores', name], name })),
    message: ({ name }) => `a store can't be called "${name}": the router has a member of that name, call it otherwise`,
  }),
  rule({
    id: 'store-name-of-stack',
    when: ({ stores = [] }) =>
      stores.filter(({ name }) => TIER_STACK.test(name)).map(({ name }) => ({ path: ['stores', name], name })),
    message: ({ name }) => `a store can't be called "${name}": the tier has a stack of that name, call it otherwise`,
  }),
  rule({
    id: 'service-name-of-role',
    when: ({ services }) =>
      services.filter(({ name }) => isReservedRole(name)).map(({ name }) => ({ path: ['services', name], name })),
    message: ({ name }) =>
      `a service can't be called "${name}": its database role would have a name that PostgreSQL, AWS or this kit reserves`,
  }),
  rule({
    id: 'service-name-of-group',
    when: ({ services }) =>
      services.filter(({ name }) => name.startsWith('sg-')).map(({ name }) => ({ path: ['services', name], name })),
    message: ({ name }) => `"${name}" can't name a security group, AWS reserves names that start with "sg-"`,
  }),
  rule({
    id: 'service-name-length',
    when: ({ services }) =>
      services
        .filter(({ name }) => name.length > LIMITS.nameLength.value)
        .map(({ name }) => ({ path: ['services', name], name })),
    message: ({ name }) =>
      `the name has ${name.length} characters, a database role at most ${LIMITS.nameLength.value}: shorten it`,
  }),
  rule({
    id: 'database-name',
    when: (draft) =>
      relationalStores(draft).flatMap((store) => {
        const database = store.options.database ?? defaultDatabase(store.name);
        return isReservedDatabase(database) && store.isRead('database')
          ? [
              {
                path: store.options.database === undefined ? ['stores', store.name] : store.origin('database'),
                database,
              },
            ]
          : [];
      }),
    message: ({ database }) =>
      `the database would be called "${database}", a name that PostgreSQL or AWS reserves: set \`database\` to another`,
  }),
];

function namesUnder(group: 'stages' | 'stores' | 'services', draft: TierDraft): readonly Named[] {
  return (draft[group] ?? []).filter(({ name }) => !isName(name)).map(({ name }) => ({ path: [group, name], name }));
}

function replicas(draft: TierDraft): readonly Named[] {
  return stageStores(draft).flatMap((store) => (store.kind === 'postgres' ? membersOf(store) : []));
}

function shards(draft: TierDraft): readonly Named[] {
  return stageStores(draft).flatMap((store) => (store.kind === 'shardedPostgres' ? membersOf(store) : []));
}

/** Roles that a service must not share: also those that a dash turned into an underscore would make. */
function isReservedRole(name: string): boolean {
  return RESERVED_ROLE_NAMES.has(name) || /^(pg|rds|polystore)(-|$)/.test(name);
}

function isReservedDatabase(name: string): boolean {
  return RESERVED_DATABASE_NAMES.has(name) || /^(pg|rds)_/.test(name);
}
