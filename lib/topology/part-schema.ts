import * as z from 'zod/mini';
import type { TopologyPart } from './parts';
import { TOPOLOGY_VERSION } from './topology';
import {
  documentdbSchema,
  dynamodbSchema,
  iam,
  name,
  neptuneSchema,
  port,
  postgresSchema,
  servicesSchema,
  shardedPostgresSchema,
  trustSchema,
  valkeySchema,
} from './topology-schema';

const version = z.literal(TOPOLOGY_VERSION);
/** Hosts by name. */
const hosts = z.record(name, name);

/**
 * Every part of a topology as a deployment writes it, by the part's name: what docs/topology.schema.json is made of. Reading is laxer: a part that a
 * stack left behind may be anything, see {@link assembleTopology}. A part without a row does not compile.
 */
export const PART_SCHEMAS: {
  readonly [P in TopologyPart['part']]: z.ZodMiniType<Extract<TopologyPart, { part: P }>>;
} = {
  tier: z.strictObject({
    part: z.literal('tier'),
    version,
    tier: name,
    stage: name,
    world: z.literal('aws'),
    trust: trustSchema,
    stores: z.record(name, z.array(name)),
    services: servicesSchema,
  }),
  store: z.strictObject({
    part: z.literal('store'),
    version,
    store: name,
    topology: z.discriminatedUnion('kind', [
      z.extend(z.omit(postgresSchema, { secrets: true }), { owner: name }),
      z.omit(shardedPostgresSchema, { shards: true }),
      z.omit(valkeySchema, { secrets: true }),
      dynamodbSchema,
      z.extend(z.omit(documentdbSchema, { secrets: true }), { owner: name }),
      neptuneSchema,
    ]),
  }),
  shards: z.strictObject({
    part: z.literal('shards'),
    version,
    store: name,
    stack: name,
    port,
    shards: z.record(name, z.strictObject({ primary: name, replicas: hosts, owner: name })),
  }),
  access: z.strictObject({
    part: z.literal('access'),
    version,
    store: name,
    smoke: name,
    services: z.record(name, name),
    iam: z.exactOptional(iam),
  }),
  pool: z.strictObject({
    part: z.literal('pool'),
    version,
    store: name,
    stack: name,
    port,
    primaries: hosts,
    readers: hosts,
  }),
};
