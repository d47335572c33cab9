/** A copy of every shard in another region, which Aurora keeps up to date by itself. */
export interface SecondaryOptions {
  /** Servers of each copy, 1 to 16, of the shard's own class or capacity. They serve no reads until the copy takes over. @default 1 */
  readonly servers?: number;
}

/** Every shard as an Aurora Global Database: a cluster that takes writes at home, and one that follows it in each of the other regions. */
export interface GlobalDatabaseOptions {
  /**
   * Minor version that every shard's cluster has, as `aws rds describe-db-clusters` tells it: `17.5`. Copies are born with the version of what they
   * copy, and AWS upgrades neither by itself.
   */
  readonly version: string;
  /** By region, 1 to 10. The stage says under `regions` what each stands on. */
  readonly secondaries: Readonly<Record<string, SecondaryOptions>>;
}

export interface GlobalDatabaseDefinition {
  readonly version: string;
  /** In the order of the definition. */
  readonly secondaries: readonly SecondaryDefinition[];
}

export interface SecondaryDefinition {
  readonly region: string;
  readonly servers: number;
}
