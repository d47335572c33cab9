import * as z from 'zod/mini';
import { TOPOLOGY_VERSION, type StoreTopology } from './topology';

export const name = z.string().check(z.minLength(1));
export const port = z.int().check(z.gte(1), z.lte(65535));

export const endpoint = z.strictObject({
  host: name,
  port,
  via: z.enum(['direct', 'pooled']),
});

export const server = z.strictObject({
  name,
  endpoint,
  pooled: z.exactOptional(endpoint),
  zone: z.exactOptional(name),
  region: z.exactOptional(name),
});

/** Services that log in with tokens, by service. */
export const iam = z.record(name, z.strictObject({ role: name, region: name }));

const logins = z.strictObject({
  smoke: name,
  services: z.record(name, name),
  iam: z.exactOptional(iam),
});

export const secrets = z.extend(logins, { owner: name });

const engine = z.enum(['postgres', 'aurora-postgres']);

export const postgresSchema = z.strictObject({
  kind: z.literal('postgres'),
  engine,
  database: name,
  primary: server,
  replicas: z.array(server),
  elsewhere: z.exactOptional(z.array(z.strictObject({ name, region: name }))),
  secrets,
});

export const shardedPostgresSchema = z.strictObject({
  kind: z.literal('shardedPostgres'),
  engine,
  database: name,
  shardKey: z.strictObject({ column: name, type: z.enum(['bigint', 'text', 'uuid', 'date', 'timestamptz']) }),
  shards: z.record(name, z.strictObject({ primary: server, replicas: z.array(server), secrets })),
  placement: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('dynamodb'), table: name }),
    z.strictObject({ kind: z.literal('directory'), path: name }),
  ]),
  secondaries: z.exactOptional(z.array(name)),
  keyDirectory: z.exactOptional(
    z.strictObject({
      location: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('dynamodb'), table: name }),
        z.strictObject({ kind: z.literal('file'), path: name }),
      ]),
      newKeys: z.enum(['refuse', 'hash', 'leastLoaded']),
    }),
  ),
});

const standIn = z.exactOptional(
  z.strictObject({ engine: name, lacks: z.array(z.enum(['roles', 'replicas', 'signatures'])) }),
);

const givenTrust = z.exactOptional(z.strictObject({ kind: z.enum(['system', 'plaintext']) }));

export const valkeySchema = z.strictObject({
  kind: z.literal('valkey'),
  engine: z.enum(['valkey', 'redis']),
  primary: server,
  replicas: z.array(server),
  slots: z.exactOptional(
    z.strictObject({ shards: z.exactOptional(z.int().check(z.gte(1))), replicasAShard: z.int().check(z.gte(0)) }),
  ),
  cache: z.exactOptional(z.strictObject({ name, serverless: z.exactOptional(z.literal(true)) })),
  standIn,
  trust: givenTrust,
  secrets: logins,
});

const attribute = z.strictObject({ name, type: z.enum(['string', 'number', 'binary']) });

export const dynamodbSchema = z.strictObject({
  kind: z.literal('dynamodb'),
  table: name,
  partitionKey: attribute,
  sortKey: z.exactOptional(attribute),
  indexes: z.array(z.strictObject({ name, partitionKey: attribute, sortKey: z.exactOptional(attribute) })),
  timeToLive: z.exactOptional(name),
  emulator: z.exactOptional(
    z.strictObject({ url: name, lacks: z.exactOptional(z.array(z.enum(['transactions', 'expiry']))) }),
  ),
});

export const documentdbSchema = z.strictObject({
  kind: z.literal('documentdb'),
  database: name,
  replicaSet: z.exactOptional(name),
  primary: server,
  replicas: z.array(server),
  standIn,
  trust: givenTrust,
  secrets,
});

export const neptuneSchema = z.strictObject({
  kind: z.literal('neptune'),
  primary: server,
  replicas: z.array(server),
  iam: z.exactOptional(z.strictObject({ region: name })),
  standIn,
  trust: givenTrust,
  login: z.exactOptional(z.strictObject({ secret: name })),
});

/** One schema a kind, so that a store of a kind unknown to this version is refused. A kind without a row does not compile. */
export const STORE_SCHEMAS = {
  postgres: postgresSchema,
  shardedPostgres: shardedPostgresSchema,
  valkey: valkeySchema,
  dynamodb: dynamodbSchema,
  documentdb: documentdbSchema,
  neptune: neptuneSchema,
} satisfies { readonly [K in StoreTopology['kind']]: z.ZodMiniType<Extract<StoreTopology, { kind: K }>> };

const KINDS_OF_STORES = Object.keys(STORE_SCHEMAS) as (keyof typeof STORE_SCHEMAS)[];

export const storeSchema = z.discriminatedUnion('kind', [
  STORE_SCHEMAS.postgres,
  STORE_SCHEMAS.shardedPostgres,
  STORE_SCHEMAS.valkey,
  STORE_SCHEMAS.dynamodb,
  STORE_SCHEMAS.documentdb,
  STORE_SCHEMAS.neptune,
]);

export const trustSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: name }),
  z.strictObject({ kind: z.literal('rds'), bundlePath: name }),
]);

/** What services may do, by service. */
export const servicesSchema = z.record(
  name,
  z.strictObject({
    uses: z.record(name, z.enum(['read', 'write'])),
    poolMax: z.exactOptional(z.int().check(z.gte(1))),
  }),
);

export const topologySchema = z.strictObject({
  version: z.literal(TOPOLOGY_VERSION),
  tier: name,
  stage: name,
  world: z.enum(['aws', 'local']),
  trust: trustSchema,
  stores: z.record(name, storeSchema),
  services: servicesSchema,
  absent: z.exactOptional(z.record(name, z.strictObject({ kind: z.enum(KINDS_OF_STORES), reason: name, next: name }))),
});
