import type { DescribedBackups } from '../sources/described-backups';
import { SmokeFailure, SmokeSkip, type Evidence } from './check';

/** What is backed up as a whole: whoever takes the writes of a cluster, a table or a cache. */
export interface BackedUp {
  /** `main`, or `posts/s0`. */
  readonly label: string;
  readonly server: DescribedBackups;
}

const MINUTE_MS = 60_000;
/**
 * How old the latest moment that can be restored may be: RDS moves it every five minutes, so that by now a dozen in a row did not come.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
 */
const OLDEST_MINUTES = 60;
/** By then the first backup of a new server has been taken. */
const FIRST_BACKUP_MINUTES = 120;
/** How long a snapshot of a day may take until it is there, from when it began: a large one takes hours. */
const SNAPSHOT_MINUTES = 360;

export const BACKUPS_PROMISE = `What is written can be restored to how it was within the last ${OLDEST_MINUTES} minutes.`;
export const SNAPSHOTS_PROMISE = 'What is kept can be restored to how it was a day ago.';

/**
 * That backups come: a server whose backups were turned off, fail or did not run falls behind what it can be restored to, whatever the reason.
 *
 * @param now milliseconds since 1970
 * @throws {SmokeFailure} where one can't be restored, or not to the last hour, or of snapshots the last day
 * @throws {SmokeSkip} where all of them are too new to have a backup
 */
export function proveBackups(primaries: readonly BackedUp[], now: number): Evidence {
  const minutesSince = (time: Date): number => Math.round((now - time.getTime()) / MINUTE_MS);
  const ages = primaries.flatMap(({ label, server }): readonly number[] => {
    const { backupDays, restorableTo, madeAt } = server;
    const { oldest, first } = limitsOf(server);
    if (backupDays === 0) throw new SmokeFailure(`${label} keeps no backups: somebody turned them off`);
    if (restorableTo === undefined) {
      if (madeAt !== undefined && minutesSince(madeAt) < first) return [];
      throw new SmokeFailure(`${label} has no backup to restore`);
    }
    const age = minutesSince(restorableTo);
    if (age > oldest)
      throw new SmokeFailure(`${label} can be restored to ${inWords(age)} ago only: its backups do not come any more`, {
        evidence: { restorableTo: restorableTo.toISOString() },
      });
    return [age];
  });
  if (ages.length === 0) {
    const hours = Math.max(...primaries.map(({ server }) => limitsOf(server).first)) / 60;
    throw new SmokeSkip(`made less than ${Math.round(hours)} hours ago: the first backup may not be there yet`);
  }
  return { primaries: ages.length, oldestMinutes: Math.max(...ages) };
}

/** Minutes. */
function limitsOf({ everyMinutes }: DescribedBackups): { readonly oldest: number; readonly first: number } {
  if (everyMinutes === undefined) return { oldest: OLDEST_MINUTES, first: FIRST_BACKUP_MINUTES };
  const snapshot = everyMinutes + SNAPSHOT_MINUTES;
  return { oldest: snapshot, first: snapshot };
}

const inWords = (minutes: number): string =>
  minutes < 48 * 60 ? `${minutes} minutes` : `${Math.floor(minutes / (24 * 60))} days`;
