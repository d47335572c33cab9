import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument } from '../errors';
import { TOPOLOGY_VERSION, type Topology } from './topology';

const name = z.string().check(z.minLength(1));

const endpoint = z.strictObject({
  host: name,
  port: z.int().check(z.gte(1), z.lte(65535)),
  via: z.enum(['direct', 'pooled']),
});

const server = z.strictObject({
  name,
  endpoint,
  pooled: z.exactOptional(endpoint),
  zone: z.exactOptional(name),
  region: z.exactOptional(name),
});

/** Services that log in with tokens, by service. */
const iam = z.record(name, z.strictObject({ role: name, region: name }));

const secrets = z.strictObject({
  owner: name,
  smoke: name,
  services: z.record(name, name),
  iam: z.exactOptional(iam),
});

const engine = z.enum(['postgres', 'aurora-postgres']);

/** One schema a kind, so that a store of a kind unknown to this version is refused. */
export const storeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('postgres'),
    engine,
    database: name,
    primary: server,
    replicas: z.array(server),
    elsewhere: z.exactOptional(z.array(z.strictObject({ name, region: name }))),
    secrets,
  }),
  z.strictObject({
    kind: z.literal('shardedPostgres'),
    engine,
    database: name,
    shardKey: z.strictObject({ column: name, type: z.enum(['bigint', 'text', 'uuid', 'date', 'timestamptz']) }),
    shards: z.record(name, z.strictObject({ primary: server, replicas: z.array(server), secrets })),
    placement: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('dynamodb'), table: name }),
      z.strictObject({ kind: z.literal('directory'), path: name }),
    ]),
    keyDirectory: z.exactOptional(
      z.strictObject({
        location: z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('dynamodb'), table: name }),
          z.strictObject({ kind: z.literal('file'), path: name }),
        ]),
        newKeys: z.enum(['refuse', 'hash']),
      }),
    ),
  }),
]);

export const topologySchema = z.strictObject({
  version: z.literal(TOPOLOGY_VERSION),
  tier: name,
  stage: name,
  world: z.enum(['aws', 'local']),
  trust: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('file'), path: name }),
    z.strictObject({ kind: z.literal('rds'), bundlePath: name }),
  ]),
  stores: z.record(name, storeSchema),
  services: z.record(name, z.strictObject({ uses: z.record(name, z.enum(['read', 'write'])) })),
});

/** The topology as JSON text, indented for people. */
export function encodeTopology(topology: Topology): string {
  return `${JSON.stringify(topology, null, 2)}\n`;
}

/**
 * Reads what {@link encodeTopology} wrote. `source` names where the text came from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID for another version or shape
 */
export function decodeTopology(text: string, source: string): Topology {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidDocument('topology', source, 'not JSON', NEXT);
  }
  const parsed = topologySchema.safeParse(value, { error: documentWords });
  if (parsed.success) return parsed.data;
  throw invalidDocument('topology', source, describeFaults(parsed.error), NEXT);
}

const NEXT = `This version reads topologies of version ${TOPOLOGY_VERSION}; deploy or start the tier with the same version of the kit.`;
