import { Duration } from 'aws-cdk-lib';
import type { StoreDefinition, TierDefinition } from '../definition';
import type { FunctionOf } from './kit-functions';

/** Lambda ends a function after 15 minutes; who waits for it has no longer either, and needs some of it to answer. */
const LONGEST_SECONDS = 14 * 60;
const START_SECONDS = 60;
/** Of one database that does not answer, as provisioning waits for it; and how many it does at once. */
const PROVISION = { seconds: 30, atOnce: 16 };
/** Of one server on which no check ends before its deadline; and how many are looked at at once. */
const SMOKE = { seconds: 60, atOnce: 8 };
/**
 * How long the functions wait for a server that may be paused. The first connection starts it, in about 15 seconds, or in half a minute and more
 * after a day.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
 */
const WAKING_SECONDS = 60;

/** How long a server of the tier may take to answer a first connection, where it is longer than the functions wait by themselves. */
export function patienceSeconds({ stores }: Pick<TierDefinition, 'stores'>): number | undefined {
  return Object.values(stores).some(pauses) ? WAKING_SECONDS : undefined;
}

const pauses = (store: StoreDefinition): boolean =>
  store.kind === 'shardedPostgres' && store.shards.some(({ acu }) => acu?.autoPauseAfterSeconds !== undefined);

/** How long each function may run: as long as it takes where nothing answers, within what Lambda allows. */
export function functionTimeouts({ stores }: TierDefinition): FunctionOf<Duration> {
  const all = Object.values(stores);
  const databases = all.reduce((sum, store) => sum + databasesOf(store), 0);
  // Stores are proven side by side.
  const servers = Math.max(...all.map(serversOf));
  const waking = patienceSeconds({ stores }) ?? 0;
  return {
    provision: timeoutOf({ ...PROVISION, seconds: Math.max(PROVISION.seconds, waking) }, databases),
    // Whoever wakes a server waits; the checks after it don't.
    'smoke-test': timeoutOf({ ...SMOKE, seconds: SMOKE.seconds + waking }, servers),
  };
}

const timeoutOf = ({ seconds, atOnce }: { seconds: number; atOnce: number }, count: number): Duration =>
  Duration.seconds(Math.min(LONGEST_SECONDS, START_SECONDS + seconds * Math.ceil(count / atOnce)));

const databasesOf = (store: StoreDefinition): number => (store.kind === 'postgres' ? 1 : store.shards.length);

function serversOf(store: StoreDefinition): number {
  switch (store.kind) {
    case 'postgres':
      return 1 + store.replicas.length;
    case 'shardedPostgres':
      // A writer and, where there is one, the reader endpoint.
      return 2 * store.shards.length;
  }
}
