/** What a service says of the backups of one of its clusters or caches. */
export interface DescribedBackups {
  /** Days that they are kept; 0: there are none. */
  readonly backupDays?: number;
  /** The latest moment that can be restored; absent while there is no backup. */
  readonly restorableTo?: Date;
  readonly madeAt?: Date;
  /** Minutes from one to the next, at most, where they are snapshots. @default - any moment can be restored */
  readonly everyMinutes?: number;
}

/** Asks a service of the region for the cluster or cache behind a host; undefined where it knows none. */
export type BackupDescriber = (host: string) => Promise<DescribedBackups | undefined>;
