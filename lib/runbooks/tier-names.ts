import { isRelational, type StoreDefinition, type TierDefinition } from '../definition';
import { serverLetters } from '../definition/names/server-letters';
import { serverName, shardStackOf, stackName } from '../definition/names/stacks';
import {
  familiesOf,
  familyOf,
  functionName,
  lastReportPath,
  logGroupOf,
  PROVISIONED_FAMILIES,
  ROTATED_FAMILIES,
  type StoreFamily,
} from '../topology';

/** A server of a store, by its own name and by the name that AWS knows it by. */
export interface NamedServer {
  readonly name: string;
  /** `DBInstanceIdentifier`. */
  readonly identifier: string;
  readonly role: 'primary' | 'replica' | 'member';
}

/**
 * What placeholders of runbooks stand for in one tier: `{{replica}}` by `replica`. Those that the tier has nothing for are absent. Where there are
 * several of a sort, as logs of functions, each stands on a line of its own.
 */
export type TierNames = Readonly<Record<string, string>>;

const HOUR_MS = 60 * 60 * 1000;
const toMinutes = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}:00Z`;

/** Times that commands ask for, as of `now`; where nobody knows when the text will be read, words in their place. */
export function namesOfTimes(now: Date | undefined): TierNames {
  if (now === undefined) return { now: 'NOW', 'hour-ago': 'AN_HOUR_AGO', 'six-hours-ago': 'SIX_HOURS_AGO' };
  const ms = now.getTime();
  return { now: toMinutes(ms), 'hour-ago': toMinutes(ms - HOUR_MS), 'six-hours-ago': toMinutes(ms - 6 * HOUR_MS) };
}

/** Names of the tier itself. */
export const namesOfTier = (tier: TierDefinition): TierNames => ({
  ...namesWithoutStores(tier),
  ...namesOfFamilies(tier, familiesOf(Object.values(tier.stores))),
});

function namesWithoutStores(tier: TierDefinition): TierNames {
  const { name, stage } = tier;
  return {
    tier: name,
    stage: stage.name,
    prefix: `/${name}/${stage.name}`,
    ...(stage.env && { region: stage.env.region, account: stage.env.account }),
    'network-stack': stackName(tier, 'network'),
    'access-stack': stackName(tier, 'access'),
    'operations-stack': stackName(tier, 'operations'),
    'rotation-stack': stackName(tier, 'rotation'),
    'alarm-prefix': serverName(tier, ''),
  };
}

/** Of the kit's functions, and of what they leave. */
function namesOfFamilies({ name, stage }: TierDefinition, families: readonly StoreFamily[]): TierNames {
  const provisioned = PROVISIONED_FAMILIES.filter((family) => families.includes(family));
  const rotated = ROTATED_FAMILIES.filter((family) => families.includes(family));
  return {
    'smoke-log-group': families
      .map((family) => logGroupOf(functionName(name, stage.name, `smoke-${family}`)))
      .join('\n'),
    'last-report-parameter': families.map((family) => `/${name}/${stage.name}/${lastReportPath(family)}`).join('\n'),
    ...(provisioned.length > 0 && {
      'provision-log-group': provisioned
        .map((family) => logGroupOf(functionName(name, stage.name, `provision-${family}`)))
        .join('\n'),
    }),
    ...(rotated.length > 0 && {
      'rotation-log-group': rotated
        .map((family) => logGroupOf(functionName(name, stage.name, `rotate-${family}`)))
        .join('\n'),
    }),
  };
}

/** Names of one store, with those of its tier. */
export function namesOfStore(tier: TierDefinition, store: StoreDefinition): TierNames {
  const servers = serversOfStore(tier, store);
  const server = servers[0]?.identifier;
  const replica =
    servers.find(({ role }) => role !== 'primary' && role !== 'member')?.identifier ?? servers[1]?.identifier;
  const service = Object.values(tier.services).find(({ uses }) => uses[store.name] !== undefined)?.name;
  return {
    ...namesWithoutStores(tier),
    ...namesOfFamilies(tier, [familyOf(store)]),
    store: store.name,
    ...(isRelational(store) && { database: store.database, 'max-connections': String(store.maxConnections) }),
    'topology-parameter': `/${tier.name}/${tier.stage.name}/stores/${store.name}`,
    ...('window' in store.backup && { 'backup-window': store.backup.window }),
    'backup-days': String(store.backup.retentionDays),
    ...('maintenance' in store && { 'maintenance-window': store.maintenance.window }),
    ...(server !== undefined && { server, primary: server }),
    ...(replica !== undefined && { replica }),
    ...(service !== undefined && { service }),
    ...namesOfKind(tier, store, server),
  };
}

function namesOfKind(tier: TierDefinition, store: StoreDefinition, server: string | undefined): TierNames {
  switch (store.kind) {
    case 'postgres':
      return {
        'store-stack': stackName(tier, store.name),
        ...(server !== undefined && { 'log-group': `/aws/rds/instance/${server}/postgresql` }),
      };
    case 'shardedPostgres': {
      const shard = store.shards[0]?.name ?? 's0';
      const cluster = serverName(tier, store.name, shard);
      return {
        shard,
        cluster,
        'base-stack': stackName(tier, store.name),
        'store-stack': stackName(tier, store.name, 'shards', shardStackOf(shard)),
        'log-group': `/aws/rds/cluster/${cluster}/postgresql`,
      };
    }
    case 'valkey':
      return {
        'store-stack': stackName(tier, store.name),
        'log-group': `/aws/vendedlogs/elasticache/${serverName(tier, store.name)}/slow-log`,
      };
    case 'dynamodb':
      return { 'store-stack': stackName(tier, store.name), table: serverName(tier, store.name) };
    case 'documentdb':
      return {
        'store-stack': stackName(tier, store.name),
        cluster: serverName(tier, store.name),
        ...(store.servers.kind !== 'elastic' && { 'log-group': `/aws/docdb/${serverName(tier, store.name)}/profiler` }),
      };
    case 'neptune':
      return {
        'store-stack': stackName(tier, store.name),
        cluster: serverName(tier, store.name),
        'log-group': `/aws/neptune/${serverName(tier, store.name)}/slowquery`,
      };
  }
}

/** Every server of a store in the stage's own region; none of one that is imported, whose names are its owner's. */
export function serversOfStore(tier: TierDefinition, store: StoreDefinition): readonly NamedServer[] {
  const named = (name: string, role: NamedServer['role']): NamedServer => ({
    name,
    role,
    identifier: serverName(tier, store.name, name),
  });
  switch (store.kind) {
    case 'postgres':
      if (store.origin?.kind === 'imported') return [];
      return [named('primary', 'primary'), ...store.replicas.map(({ name }) => named(name, 'replica'))];
    case 'shardedPostgres':
      return store.shards.flatMap((shard) =>
        serverLetters(shard.readers.min).map((letter) => named(`${shard.name}-${letter}`, 'member')),
      );
    case 'valkey':
      // The cache: which of its nodes is the primary is ElastiCache's to say.
      return [{ name: store.name, role: 'primary', identifier: serverName(tier, store.name) }];
    case 'dynamodb':
      // DynamoDB has no servers of anybody's.
      return [];
    case 'documentdb':
      if (store.servers.kind === 'elastic') return [];
      return Array.from({ length: 1 + store.servers.readers }, (_, index) => named(String(index + 1), 'member'));
    case 'neptune':
      return Array.from({ length: 1 + store.servers.readers }, (_, index) => named(String(index + 1), 'member'));
  }
}
