import type { Postgres, PostgresOverrides } from './postgres/store';
import type { ShardedPostgres, ShardedPostgresOverrides } from './sharded-postgres/store';
import type { NetworkConfig, NetworkDefinition } from './network/vpc';
import type { StageConfig, StageDefinition } from './stages/stage';
import type { PostgresDefinition } from './postgres/store';
import type { ShardedPostgresDefinition } from './sharded-postgres/store';
import type { ServiceConfig, ServiceDefinition } from './services/service';
import type { DocumentDb, DocumentDbDefinition, DocumentDbOverrides } from './clusters/documentdb';
import type { Neptune, NeptuneDefinition, NeptuneOverrides } from './clusters/neptune';
import type { DynamoDb, DynamoDbDefinition, DynamoDbOverrides } from './dynamodb/store';
import type { Valkey, ValkeyDefinition, ValkeyOverrides } from './valkey/store';

/** A store as a user writes it: a kind plus options. Each kind has a factory: {@link postgres}, {@link shardedPostgres}, {@link valkey}, {@link dynamodb}, {@link documentdb}, {@link neptune}. */
export type StoreConfig = Postgres | ShardedPostgres | Valkey | DynamoDb | DocumentDb | Neptune;

/** What a stage may change of a store, by the store's kind. */
export interface OverridesOfKind {
  readonly postgres: PostgresOverrides;
  readonly shardedPostgres: ShardedPostgresOverrides;
  readonly valkey: ValkeyOverrides;
  readonly dynamodb: DynamoDbOverrides;
  readonly documentdb: DocumentDbOverrides;
  readonly neptune: NeptuneOverrides;
}

export type StoreOverrides = OverridesOfKind[StoreKind];

/** What sort of store. Rooms that must know kinds have a table `Record<StoreKind, …>`. */
export type StoreKind = StoreConfig['kind'];

/** The overrides that fit a given store. */
export type OverridesFor<S extends StoreConfig> = OverridesOfKind[S['kind']];

/** The whole database tier of a product, as a user writes it. Not trusted until {@link parseTier} has read it. */
export interface TierConfig<S extends Record<string, StoreConfig> = Record<string, StoreConfig>> {
  /** Lower-case letters, digits and dashes, at most 20; part of every stack's and parameter's name. */
  readonly name: string;
  /** Named deployments of the tier, any number. The first is the default of the command line and of `cdk synth`. */
  readonly stages: Record<string, StageConfig<{ [K in keyof S]?: OverridesFor<S[K]> }>>;
  /** The VPC of every stage that has none of its own. @default newVpc() */
  readonly network?: NetworkConfig;
  /** Database systems by name, each a kind with its options. A name is what AWS knows the data by: it never changes. */
  readonly stores: S;
  /**
   * Consumers and what each may do: who may reach what is exactly this table.
   * @default - no service; only the kit's own roles can log in
   */
  readonly services?: Record<string, ServiceConfig<Extract<keyof S, string>>>;
}

/** A tier of one stage, every default resolved, frozen. All rooms read this and nothing else. */
export interface TierDefinition {
  readonly name: string;
  readonly stage: StageDefinition;
  readonly network: NetworkDefinition;
  readonly stores: Readonly<Record<string, StoreDefinition>>;
  readonly services: Readonly<Record<string, ServiceDefinition>>;
}

export type StoreDefinition =
  | PostgresDefinition
  | ShardedPostgresDefinition
  | ValkeyDefinition
  | DynamoDbDefinition
  | DocumentDbDefinition
  | NeptuneDefinition;

/** Declares a tier; returns it unchanged, with its store names known to the type checker. */
export function defineTier<const S extends Record<string, StoreConfig>>(config: TierConfig<S>): TierConfig<S> {
  return config;
}
