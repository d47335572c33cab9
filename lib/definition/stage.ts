/**
 * Defaults of a stage. `disposable`: small, cheap, deletable with everything in it. `protected`: Multi-AZ, long backups,
 * deletion protection, data kept when a stack goes.
 */
export type Profile = 'disposable' | 'protected';

export interface StageConfig<Overrides = Record<string, unknown>> {
  readonly profile: Profile;
  /** @default - environment-agnostic: the account and region of whoever deploys */
  readonly env?: { readonly account: string; readonly region: string };
  /**
   * Availability zones of one region, written down so that an account's new zone never moves a database: at least two, in a
   * protected stage three.
   * @default - the first two zones of the region in a disposable stage, the first three in a protected one
   */
  readonly zones?: readonly string[];
  /**
   * What this stage changes of the stores, by store name: option by option, `storage` and `backup` field by field;
   * `replicas` and `shards` are replaced as a whole.
   */
  readonly stores?: Overrides;
}

export interface StageDefinition {
  readonly name: string;
  readonly profile: Profile;
  readonly env?: { readonly account: string; readonly region: string };
  /** Zone names, or how many of the region's zones to take. */
  readonly zones: { readonly names: readonly string[] } | { readonly count: number };
}
