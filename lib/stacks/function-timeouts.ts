import { Duration } from 'aws-cdk-lib';
import type { StoreDefinition, StoreKind } from '../definition';
import type { PlannedFunction } from '../inventory';

/** Lambda ends a function after 15 minutes; who waits for it has no longer either, and needs some of it to answer. */
const LONGEST_SECONDS = 14 * 60;
const START_SECONDS = 60;
/** Of one database that does not answer, as provisioning waits for it; and how many it does at once. */
const PROVISION = { seconds: 30, atOnce: 16 };
/**
 * Until every node of a cache knows the new password of a user: at least so long, says AWS.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/User-Secrets-Manager.html (step 3)
 */
const ROTATE_SECONDS = 12 * 60;
/** Of one server on which no check ends before its deadline; and how many are looked at at once. */
const SMOKE = { seconds: 60, atOnce: 8 };
/**
 * How long the functions wait for a server that may be paused. The first connection starts it, in about 15 seconds, or in half a minute and more
 * after a day.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
 */
const WAKING_SECONDS = 60;

/** How long a server may take to answer a first connection, where it is longer than the functions wait by themselves. */
export const patienceSeconds = (stores: readonly StoreDefinition[]): number | undefined =>
  stores.some(pauses) ? WAKING_SECONDS : undefined;

const pauses = (store: StoreDefinition): boolean =>
  store.kind === 'shardedPostgres' && store.shards.some(({ acu }) => acu?.autoPauseAfterSeconds !== undefined);

/** How long a function may run that reaches these stores: as long as it takes where nothing answers, within what Lambda allows. */
export function functionTimeout(task: PlannedFunction['task'], stores: readonly StoreDefinition[]): Duration {
  const waking = patienceSeconds(stores) ?? 0;
  switch (task) {
    case 'provision': {
      const databases = stores.reduce((sum, store) => sum + waitsOf(store).databases(store), 0);
      return timeoutOf({ ...PROVISION, seconds: Math.max(PROVISION.seconds, waking) }, databases);
    }
    case 'smoke': {
      // Stores are proven side by side.
      const servers = Math.max(...stores.map((store) => waitsOf(store).servers(store)));
      // Whoever wakes a server waits; the checks after it don't.
      return timeoutOf({ ...SMOKE, seconds: SMOKE.seconds + waking }, servers);
    }
    case 'rotate':
      return Duration.seconds(ROTATE_SECONDS);
  }
}

const timeoutOf = ({ seconds, atOnce }: { seconds: number; atOnce: number }, count: number): Duration =>
  Duration.seconds(Math.min(LONGEST_SECONDS, START_SECONDS + seconds * Math.ceil(count / atOnce)));

/** What the functions wait for in a store of one kind. */
interface Waits<K extends StoreKind> {
  /** Databases that are provisioned. */
  readonly databases: (store: Extract<StoreDefinition, { readonly kind: K }>) => number;
  /** Servers that are looked at. */
  readonly servers: (store: Extract<StoreDefinition, { readonly kind: K }>) => number;
}

/** A kind without a row does not compile. */
const WAITS: { readonly [K in StoreKind]: Waits<K> } = {
  postgres: { databases: () => 1, servers: ({ replicas }) => 1 + replicas.length },
  shardedPostgres: {
    databases: ({ shards }) => shards.length,
    // A writer and, where there is one, the reader endpoint.
    servers: ({ shards }) => 2 * shards.length,
  },
  // Its users are made with it. An endpoint for writes and one for reads, however many nodes stand behind them.
  valkey: { databases: () => 0, servers: () => 2 },
  // DynamoDB answers for the table.
  dynamodb: { databases: () => 0, servers: () => 1 },
  // A name of the writer, and one of the readers.
  documentdb: { databases: () => 1, servers: () => 2 },
  neptune: { databases: () => 0, servers: () => 2 },
};

// The row of a store's own kind takes that store, which the type checker can't follow through the table.
const waitsOf = ({ kind }: StoreDefinition): Waits<StoreKind> => WAITS[kind] as Waits<StoreKind>;
