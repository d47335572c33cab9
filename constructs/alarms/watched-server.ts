/** A database server as its alarms see it: thresholds follow from what it is. */
export interface WatchedServer {
  /** `DBInstanceIdentifier`. */
  readonly identifier: string;
  readonly engine: 'postgres' | 'aurora-postgres';
  /** `replica`: follows a primary by streaming. `member`: of a cluster of more than one, whose writer may be any of them. */
  readonly role: 'primary' | 'replica' | 'member';
  /** None where nobody knows. */
  readonly memoryGiB?: number;
  /** None where it changes with the load, or nobody knows. */
  readonly vcpu?: number;
  /** None where nobody knows. */
  readonly maxConnections?: number;
  /** Storage of its own at birth. */
  readonly storageGiB?: number;
}
