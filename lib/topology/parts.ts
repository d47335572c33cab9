import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument, PolystoreError } from '../errors';
import { assembleStore } from './assemble-store';
import { decodeTopology } from './topology-codec';
import {
  TOPOLOGY_VERSION,
  type IamLogin,
  type DocumentDbTopology,
  type DynamoDbTopology,
  type NeptuneTopology,
  type PostgresTopology,
  type ServiceTopology,
  type LoginSecrets,
  type ShardedPostgresTopology,
  type StoreTopology,
  type Topology,
  type Trust,
  type ValkeyTopology,
} from './topology';

/**
 * A topology in pieces, as a deployment writes it: each stack says what it knows, so that no stack waits for another's facts and every
 * piece fits an SSM parameter. {@link assembleTopology} puts them together.
 */
export type TopologyPart = TierPart | StorePart | ShardsPart | AccessPart | PoolPart;

/** What belongs to no store; written last, so it also says which of the other parts count. */
export interface TierPart {
  readonly part: 'tier';
  readonly version: typeof TOPOLOGY_VERSION;
  readonly tier: string;
  readonly stage: string;
  readonly world: 'aws';
  readonly trust: Trust;
  /** Every store with the names of its shard stacks; a part of a store or shard stack that is not listed is a leftover. */
  readonly stores: Readonly<Record<string, readonly string[]>>;
  readonly services: Readonly<Record<string, ServiceTopology>>;
}

/** What a store's stack knows of it. */
export interface StorePart {
  readonly part: 'store';
  readonly version: typeof TOPOLOGY_VERSION;
  readonly store: string;
  readonly topology: StoreParts[StoreTopology['kind']];
}

export type PostgresPart = Omit<PostgresTopology, 'secrets'> & { readonly owner: string };
export type ShardedPostgresPart = Omit<ShardedPostgresTopology, 'shards'>;
export type ValkeyPart = Omit<ValkeyTopology, 'secrets'>;
export type DynamoDbPart = DynamoDbTopology;
export type DocumentDbPart = Omit<DocumentDbTopology, 'secrets'> & { readonly owner: string };
export type NeptunePart = NeptuneTopology;

/** What a store's stack knows of it, by kind. */
export interface StoreParts {
  readonly postgres: PostgresPart;
  readonly shardedPostgres: ShardedPostgresPart;
  readonly valkey: ValkeyPart;
  readonly dynamodb: DynamoDbPart;
  readonly documentdb: DocumentDbPart;
  readonly neptune: NeptunePart;
}

/** The shards of one stack. */
export interface ShardsPart {
  readonly part: 'shards';
  readonly version: typeof TOPOLOGY_VERSION;
  readonly store: string;
  /** The stack's name within the store. */
  readonly stack: string;
  /** Of every server. */
  readonly port: number;
  readonly shards: Readonly<Record<string, ShardPart>>;
}

/** Hosts rather than servers: ten shards have to fit one parameter. All endpoints are direct. */
export interface ShardPart {
  readonly primary: string;
  /** Host by replica name. */
  readonly replicas: Readonly<Record<string, string>>;
  readonly owner: string;
}

/** Who logs in to a store besides its owner; written by the stack that knows consumers. */
export interface AccessPart {
  readonly part: 'access';
  readonly version: typeof TOPOLOGY_VERSION;
  readonly store: string;
  readonly smoke: string;
  readonly services: Readonly<Record<string, string>>;
  /** As in the topology: absent where no service logs in with tokens. */
  readonly iam?: Readonly<Record<string, IamLogin>>;
}

/**
 * Pooled ways to servers of a store. No other part waits for it: a store whose pool is not there (yet) is reached directly, and one that is left
 * over still leads to its server.
 */
export interface PoolPart {
  readonly part: 'pool';
  readonly version: typeof TOPOLOGY_VERSION;
  readonly store: string;
  /** `primary`, or the shard stack whose servers these are. */
  readonly stack: string;
  /** Of every pool. */
  readonly port: number;
  /** Host by shard; by `primary` in a store that isn't sharded. */
  readonly primaries: Readonly<Record<string, string>>;
  /** Host before all readers of a shard, by shard. */
  readonly readers: Readonly<Record<string, string>>;
}

/** A part as it was read, and where. */
export interface PartDocument {
  readonly source: string;
  readonly text: string;
}

/** Only what assembling needs: the assembled topology is checked as a whole. */
const envelope = z.discriminatedUnion('part', [
  z.looseObject({
    part: z.literal('tier'),
    version: z.literal(TOPOLOGY_VERSION),
    stores: z.record(z.string(), z.array(z.string())),
  }),
  z.looseObject({
    part: z.literal('store'),
    version: z.literal(TOPOLOGY_VERSION),
    store: z.string(),
    topology: z.looseObject({ kind: z.string() }),
  }),
  z.looseObject({
    part: z.literal('shards'),
    version: z.literal(TOPOLOGY_VERSION),
    store: z.string(),
    stack: z.string(),
    port: z.number(),
    shards: z.record(
      z.string(),
      z.strictObject({ primary: z.string(), replicas: z.record(z.string(), z.string()), owner: z.string() }),
    ),
  }),
  z.looseObject({
    part: z.literal('access'),
    version: z.literal(TOPOLOGY_VERSION),
    store: z.string(),
    smoke: z.string(),
    services: z.record(z.string(), z.string()),
  }),
  z.looseObject({
    part: z.literal('pool'),
    version: z.literal(TOPOLOGY_VERSION),
    store: z.string(),
    stack: z.string(),
    port: z.number(),
    primaries: z.record(z.string(), z.string()),
    readers: z.record(z.string(), z.string()),
  }),
]);

/**
 * The topology of which `documents` are the parts, in any order; leftovers of stacks that left the tier are passed over.
 *
 * `source` names where the documents came from, as in `/blog/prod`, for messages.
 * @throws {PolystoreError} DOCUMENT_MISSING where a part is not there (yet), DOCUMENT_INVALID where one can't be read
 */
export function assembleTopology(documents: readonly PartDocument[], source: string): Topology {
  const parts = new Map(
    documents.map((document) => {
      const part = decodePart(document);
      return [keyOf(part), part];
    }),
  );
  const partOf = <P extends TopologyPart['part']>(part: P, ...names: string[]) => {
    const found = parts.get([part, ...names].join('/'));
    if (found) return found as Extract<TopologyPart, { part: P }>;
    throw missingPart([part, ...names].join(' '), source);
  };
  const pools = [...parts.values()].filter((part) => part.part === 'pool');
  const { version, tier, stage, world, trust, stores, services: allServices } = partOf('tier');
  const assembled = {
    version,
    tier,
    stage,
    world,
    trust,
    services: allServices,
    stores: Object.fromEntries(
      Object.entries(stores).map(([store, shardStacks]) => {
        const { topology } = partOf('store', store);
        const logins = (): LoginSecrets => {
          const { smoke, services, iam } = partOf('access', store);
          return { smoke, services, ...(iam && { iam }) };
        };
        const shards = (): readonly ShardsPart[] => shardStacks.map((stack) => partOf('shards', store, stack));
        return [store, assembleStore(topology, { store, logins, pools, shards })];
      }),
    ),
  };
  return decodeTopology(JSON.stringify(assembled), source);
}

function keyOf(part: TopologyPart): string {
  switch (part.part) {
    case 'tier':
      return 'tier';
    case 'store':
    case 'access':
      return `${part.part}/${part.store}`;
    case 'pool':
      return `pool/${part.store}/${part.stack}`;
    case 'shards':
      return `shards/${part.store}/${part.stack}`;
  }
}

function decodePart({ source, text }: PartDocument): TopologyPart {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidDocument('topology part', source, 'not JSON', NEXT);
  }
  const parsed = envelope.safeParse(value, { error: documentWords });
  // The envelope is looser than the type: what it lets through is refused with the assembled topology.
  if (parsed.success) return parsed.data as unknown as TopologyPart;
  throw invalidDocument('topology part', source, describeFaults(parsed.error), NEXT);
}

function missingPart(part: string, source: string): PolystoreError<'DOCUMENT_MISSING'> {
  return new PolystoreError('DOCUMENT_MISSING', `the topology at ${source} has no part "${part}"`, {
    details: { document: `topology part ${part}`, source },
    next: 'Deploy all stacks of the tier; the access stack comes last.',
  });
}

const NEXT = `This version reads topologies of version ${TOPOLOGY_VERSION}; deploy the tier with the same version of the kit.`;
