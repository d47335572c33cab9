import type { AlarmsConfig, AlarmsDefinition } from './alarms';
import type { ExistingKey } from '../stores/existing-key';
import type { NetworkConfig } from '../network/vpc';
import type { RegionConfig, RegionDefinition } from '../regions/region';
import type { ServiceOptions } from '../services/service';

/**
 * Defaults of a stage. `disposable`: small, cheap, deletable with everything in it. `protected`: Multi-AZ, long backups,
 * deletion protection, data kept when a stack goes.
 */
export type Profile = 'disposable' | 'protected';

export interface StageConfig<Overrides = Record<string, unknown>> {
  readonly profile: Profile;
  /** Where the stage stands. @default - environment-agnostic: the account and region of whoever deploys */
  readonly env?: {
    /** The account, as text: a number would lose leading zeros. */
    readonly account: string;
    /** The stage's own region. */
    readonly region: string;
  };
  /**
   * Availability zones of one region, written down so that an account's new zone never moves a database: at least two, in a
   * protected stage, which has to name them, three.
   * @default - the first two zones of the region, in a disposable stage
   */
  readonly zones?: readonly string[];
  /** A network of the stage's own. @default - the tier's network */
  readonly network?: NetworkConfig;
  /** Other regions in which replicas of the stage stand, by name; those that no replica names are refused. The stage has an `env` then. @default - none */
  readonly regions?: Readonly<Record<string, RegionConfig>>;
  /** Encrypts every store that does not name a key of its own. @default - a key a store, made by the kit */
  readonly encryptionKey?: ExistingKey;
  /** Name or ARN of the policy that bounds every role of the stage, where the account lets nobody make roles without one. @default - none */
  readonly permissionsBoundary?: string;
  /** Qualifier that the account was bootstrapped with, 1 to 10 letters and digits. @default - CDK's own */
  readonly bootstrapQualifier?: string;
  /**
   * Put before the name of every stack and server, and so of their log groups, as in `acme-blog-prod-main`. Parameters, aliases of keys
   * and the kit's functions keep the names that tier and stage give them, by which they are found. Servers with another name are other servers: it never changes.
   * @default - none
   */
  readonly namePrefix?: string;
  /** Put on everything of the stage that can be tagged, beside the kit's own `tier`, `stage`, `store` and `service`. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Who else is told, and thresholds that don't fit: of a protected stage. @default - the kit's own topic, thresholds that follow from the stores */
  readonly alarms?: AlarmsConfig;
  /**
   * What this stage changes of the stores, by store name: option by option, `storage`, `backup` and `maintenance` field by field;
   * `replicas` and `shards` are replaced as a whole.
   * @default - nothing
   */
  readonly stores?: Overrides;
  /** What this stage changes of how services run and log in, by service name: an account has roles and security groups of its own. @default - nothing */
  readonly services?: Readonly<Record<string, ServiceOptions>>;
}

export interface StageDefinition {
  readonly name: string;
  readonly profile: Profile;
  readonly env?: { readonly account: string; readonly region: string };
  /** Zone names, or how many of the region's zones to take. */
  readonly zones: { readonly names: readonly string[] } | { readonly count: number };
  /** Other regions in which replicas stand. Absent where there are none. */
  readonly regions?: Readonly<Record<string, RegionDefinition>>;
  /** The stage's own region, where this is what the tier has in another one: see `inRegion`. */
  readonly awayFrom?: string;
  readonly permissionsBoundary?: string;
  readonly bootstrapQualifier?: string;
  readonly namePrefix?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Absent where the stage says nothing of its alarms. */
  readonly alarms?: AlarmsDefinition;
}
