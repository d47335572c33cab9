import type { DescribedServer } from '../sources/rds-servers';
import { SmokeFailure, SmokeSkip, type Evidence } from './check';

/** What is backed up as a whole: whoever takes the writes of a cluster, as RDS describes it, or a table. */
export interface BackedUp {
  /** `main`, or `posts/s0`. */
  readonly label: string;
  readonly server: Pick<DescribedServer, 'backupDays' | 'restorableTo' | 'madeAt'>;
}

const MINUTE_MS = 60_000;
/**
 * How old the latest moment that can be restored may be: RDS moves it every five minutes, so that by now a dozen in a row did not come.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
 */
const OLDEST_MINUTES = 60;
/** By then the first backup of a new server has been taken. */
const FIRST_BACKUP_MINUTES = 120;

export const BACKUPS_PROMISE = `What is written can be restored to how it was within the last ${OLDEST_MINUTES} minutes.`;

/**
 * That backups come: a server whose backups were turned off, fail or did not run falls behind what it can be restored to, whatever the reason.
 *
 * @param now milliseconds since 1970
 * @throws {SmokeFailure} where one can't be restored, or not to the last hour
 * @throws {SmokeSkip} where all of them are too new to have a backup
 */
export function proveBackups(primaries: readonly BackedUp[], now: number): Evidence {
  const minutesSince = (time: Date): number => Math.round((now - time.getTime()) / MINUTE_MS);
  const ages = primaries.flatMap(({ label, server: { backupDays, restorableTo, madeAt } }): readonly number[] => {
    if (backupDays === 0) throw new SmokeFailure(`${label} keeps no backups: somebody turned them off`);
    if (restorableTo === undefined) {
      if (madeAt !== undefined && minutesSince(madeAt) < FIRST_BACKUP_MINUTES) return [];
      throw new SmokeFailure(`${label} has no backup to restore`);
    }
    const age = minutesSince(restorableTo);
    if (age > OLDEST_MINUTES)
      throw new SmokeFailure(`${label} can be restored to ${age} minutes ago only: its backups do not come any more`, {
        evidence: { restorableTo: restorableTo.toISOString() },
      });
    return [age];
  });
  if (ages.length === 0) throw new SmokeSkip('made less than two hours ago: the first backup may not be there yet');
  return { primaries: ages.length, oldestMinutes: Math.max(...ages) };
}
